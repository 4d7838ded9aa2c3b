namespace BatchEngine.Domain;

/// <summary>The wish: input, key, model, features, output, schedule, deadline, budget, quality, serving contract. What one YAML file says.</summary>
/// <param name="Name">Letters, digits, '.', '-' and '_'.</param>
/// <param name="Inputs">Paths or globs of Parquet files; "{date}" (yyyy-MM-dd) and "{hour}" stand for the run's scheduled instant
/// in the schedule's time zone.</param>
/// <param name="KeyColumn">The column whose value names a prediction.</param>
/// <param name="CarriedColumns">Input columns copied to the output.</param>
/// <param name="Model">The model.</param>
/// <param name="Features">What the model reads; null means the model's own input names are the columns.</param>
/// <param name="OutputDirectory">Where the Parquet output goes; "{run}" stands for the run id.</param>
/// <param name="Workers">How many workers; 0 means one per core.</param>
/// <param name="WorkerMode">Where local workers live.</param>
/// <param name="UnitRows">The most rows of a unit; default 131,072.</param>
/// <param name="CheckpointRows">The least rows between two checkpoints, and so in an output file; default 1,048,576.</param>
/// <param name="Rejects">How many rows may be rejected.</param>
/// <param name="DuplicateKeys">What to do when two rows have the same key.</param>
/// <param name="Drift">When drift holds a snapshot back.</param>
/// <param name="Serving">What look-ups may expect.</param>
/// <param name="Schedule">When it runs; null means only when a person starts it.</param>
/// <param name="Deadline">A run must end so long after its scheduled instant; null means no deadline.</param>
/// <param name="Budget">A run may cost at most so much; null means no budget.</param>
/// <param name="Owner">The team that pays; empty means nobody said.</param>
public sealed record ScoringJob(
    string Name,
    IReadOnlyList<string> Inputs,
    string KeyColumn,
    IReadOnlyList<string> CarriedColumns,
    ModelReference Model,
    FeatureSpec? Features,
    string OutputDirectory,
    int Workers,
    WorkerMode WorkerMode,
    int UnitRows,
    int CheckpointRows,
    RejectBudget Rejects,
    DuplicateKeyPolicy DuplicateKeys,
    DriftRule Drift,
    ServingContract Serving,
    Schedule? Schedule,
    TimeSpan? Deadline,
    Money? Budget,
    string Owner)
{
    /// <summary>Whether predictions of unchanged rows and files are taken over from the snapshot that is served; false scores every row. Default true. The
    /// predictions are the same either way.</summary>
    public bool ReusesUnchanged { get; init; } = true;

    /// <summary>Whether the snapshot keeps the sums of a forest's trees behind each prediction (4 bytes a target), so that a model which only appends trees
    /// scores those alone. Default false. A forest whose outputs are its sums needs none.</summary>
    public bool KeepsSums { get; init; }

    /// <summary>What happens to a run that has spent more than its budget. Default: it is stopped.</summary>
    public BudgetRule OnBudget { get; init; }

    /// <summary>The model's outputs that are kept, by name. Default empty: all but those that ML.NET's exporter adds to pass inputs on.</summary>
    public IReadOnlyList<string> Outputs { get; init; } = [];

    /// <summary>What a file means that lacks a column which other files have. Default: it is refused.</summary>
    public MissingColumnPolicy MissingColumns { get; init; }

    /// <summary>How long after its scheduled instant a run that cannot start (its input or model is missing, or the plan is refused) is tried again. Default
    /// zero: it is tried once.</summary>
    public TimeSpan WaitsForInput { get; init; }

    /// <summary>Whether a snapshot may take the place of one with keys of another type or with other outputs. Default false: it is held back.</summary>
    public bool AllowsChanges { get; init; }

    /// <summary>How long what its runs leave is kept; null (the default) means as for all jobs.</summary>
    public JobRetention? Retention { get; init; }

    /// <summary>The default of <see cref="UnitRows"/>.</summary>
    public const int DefaultUnitRows = 131_072;

    /// <summary>The default of <see cref="CheckpointRows"/>.</summary>
    public const int DefaultCheckpointRows = 1_048_576;
}
