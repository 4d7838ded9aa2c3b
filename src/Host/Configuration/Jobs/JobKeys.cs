using BatchEngine.Domain;
using BatchEngine.Host.Configuration.Describing;
using BatchEngine.Host.Configuration.Features;
using BatchEngine.Host.Configuration.KeyTypes;

namespace BatchEngine.Host.Configuration.Jobs;

/// <summary>The keys of a job file.</summary>
internal static class JobKeys
{
    /// <summary>The most workers of a job.</summary>
    public const int MaxWorkers = 1024;

    private const string Inputs = "a path or glob of Parquet files, or a list of them";
    private const string ModelOutputs = "an output's name, or a list of them";
    private const string InputColumns = "a column's name, or a list of them";

    public static Key<string> Name { get; } = new("name", JobTexts.Name, "The job's name.") { IsRequired = true, Wanted = "the job's name" };

    public static Key<string> Owner { get; } = new("owner", TextType.Any, "The team that pays.");

    public static Key<IReadOnlyList<string>> Input { get; } = new("input", new TextListType(1, Inputs),
        "Paths or globs of Parquet files, of this machine or as s3://bucket/key; {date} and {hour} stand for the run's scheduled instant in the schedule's "
        + "time zone.")
    { IsRequired = true, Wanted = Inputs };

    public static Key<string> KeyColumn { get; } =
        new("key", TextType.Any, "The column whose value names a prediction; any type whose values have one exact text.")
        {
            IsRequired = true,
            Wanted = "the column whose value names a prediction",
        };

    public static Key<IReadOnlyList<string>> Carry { get; } =
        new("carry", new TextListType(0, InputColumns), "Input columns copied to the output, with the type that they have.");

    public static Key<MissingColumnPolicy> MissingColumns { get; } = new("missingColumns", new ChoiceType<MissingColumnPolicy>(),
        "What a file means that lacks a column which other files have: the input is refused, or the column is missing (null) in all of the file's rows. "
        + "A file without the key is refused in any case.", MissingColumnPolicy.Refuse);

    public static Key<string> Model { get; } = new("model", TextType.Any, "The model: name@alias, name:version or a path to an .onnx file.")
    {
        IsRequired = true,
        Wanted = "name@alias, name:version or a path to an .onnx file",
    };

    public static ShapedKey Features { get; } = new("features", "path of a features file, or a list of features", "What the model reads.",
        () => FeatureSchemas.ListOrFile("features.schema.json"))
    {
        Otherwise = "the model's own input names are the columns",
    };

    public static Key<IReadOnlyList<string>> Outputs { get; } = new("outputs", new TextListType(0, ModelOutputs),
        "The model's outputs that are kept. Inputs that none of them needs are not asked for.")
    { Otherwise = "all but those that ML.NET's exporter adds to pass inputs on" };

    public static Key<string> Output { get; } =
        new("output", TextType.Any, "The folder for the Parquet output, of this machine or as s3://bucket/prefix; {run} stands for the run id.")
        {
            IsRequired = true,
            Wanted = "the folder for the Parquet output",
        };

    public static Key<int> Workers { get; } = new("workers", new WholeNumberType<int>(0, MaxWorkers), "How many workers; 0 means one per core.", 0);

    public static Key<WorkerMode> WorkerMode { get; } =
        new("workerMode", new ChoiceType<WorkerMode>(),
            "Where the workers live: in the process that leads the run, as its child "
            + "processes, or elsewhere (batchengine worker), where they may come and go.", Domain.WorkerMode.InProcess);

    public static Key<int> UnitRows { get; } = new("unitRows", new WholeNumberType<int>(1, 1 << 24, "rows"),
        "The most rows of a unit, the smallest piece of work; at the default fewer for wide inputs.", ScoringJob.DefaultUnitRows);

    public static Key<int> CheckpointRows { get; } = new("checkpointRows", new WholeNumberType<int>(1, int.MaxValue, "rows"),
        "The least rows between two checkpoints, and of an output file.", ScoringJob.DefaultCheckpointRows);

    public static Key<bool> ReuseUnchanged { get; } = new("reuseUnchanged", FlagType.Either,
        "Whether predictions of unchanged rows and files are taken over from the snapshot that is served; false scores every row.", true);

    public static Key<bool> KeepSums { get; } = new("keepSums", FlagType.Either,
        "Whether the snapshot keeps the sums of a forest's trees behind each prediction, so that a model which only appends trees scores those alone. "
        + "A forest whose outputs are its sums needs none.", false);

    public static Key<TimeSpan> Deadline { get; } = new("deadline", DurationType.Any, "A run must end this long after its scheduled instant.")
    {
        Otherwise = "no deadline",
    };

    public static Key<Money> Budget { get; } = new("budget", AmountType.Any,
        "The most a run may cost. A plan that costs more is refused, and what is spent is watched while it runs.")
    {
        Otherwise = "no budget",
    };

    public static Key<BudgetRule> OnBudget { get; } = new("onBudget", new ChoiceType<BudgetRule>(),
        "What happens to a run that has spent more than its budget: it is stopped and fails, or goes on and says so. The exit code is 1 either way.",
        BudgetRule.Stop);

    public static Key<TimeSpan> WaitForInput { get; } = new("waitForInput", new DurationType(TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(7)),
        "How long after its scheduled instant `serve` tries a run again that cannot start: its input or model is missing, or its plan is refused.")
    {
        Otherwise = "it is tried once",
    };

    /// <summary>The whole file, in the order of the documents.</summary>
    public static SectionKey File { get; } = new("", "One job: what is scored, with which model, when, and what applications may expect.",
        Name, Owner, Input, KeyColumn, Carry, MissingColumns, Model, Features, Outputs, Output, Workers, WorkerMode, UnitRows,
        CheckpointRows, ReuseUnchanged, KeepSums,
        ScheduleKeys.Section, WaitForInput, Deadline, Budget, OnBudget, QualityKeys.Section, ServingKeys.Section, RetentionKeys.OfJob);
}
