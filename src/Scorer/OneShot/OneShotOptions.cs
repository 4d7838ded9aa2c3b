using BatchEngine.Domain;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Inputs.Files;

namespace BatchEngine.Scorer.OneShot;

/// <summary>What <c>batchengine score</c> was asked for.</summary>
/// <param name="ModelPath">An ONNX file.</param>
/// <param name="Inputs">Paths or globs of Parquet files.</param>
/// <param name="OutputDirectory">Where the Parquet files go; created when missing, must hold no earlier result.</param>
public sealed record OneShotOptions(string ModelPath, IReadOnlyList<string> Inputs, string OutputDirectory)
{
    /// <summary>Where the input files are. Default: on this machine.</summary>
    public InputFiles Files { get; init; } = InputFiles.OfThisMachine;

    /// <summary>The key column; null means the row number over all files, counted from 0.</summary>
    public string? KeyColumn { get; init; }

    /// <summary>What the model reads; null means the model's own input names, or for a single matrix all numeric columns in file order when their number
    /// fits.</summary>
    public FeatureSpec? Features { get; init; }

    /// <summary>Models over the same features that are run in the same pass; their outputs follow as "file name.output". Default none.</summary>
    public IReadOnlyList<string> ChallengerPaths { get; init; } = [];

    /// <summary>Input columns copied to the output; default none.</summary>
    public IReadOnlyList<string> CarriedColumns { get; init; } = [];

    /// <summary>What a file means that lacks a column which other files have. Default: it is refused.</summary>
    public MissingColumnPolicy MissingColumns { get; init; }

    /// <summary>Workers; 0 (the default) means one per core.</summary>
    public int Workers { get; init; }

    /// <summary>The most rows of a unit, which becomes one row group of the output; 0 (the default) means by the number of columns read: 131,072 for
    /// few, 8,192 for many.</summary>
    public int UnitRows { get; init; }

    /// <summary>The most resident bytes of the process; workers and rows of a unit are cut until they fit. 0 (the default) means no limit.</summary>
    public long MemoryLimitBytes { get; init; }

    /// <summary>The least rows of an output file; default <see cref="ScoringJob.DefaultCheckpointRows"/>.</summary>
    public int RowsPerFile { get; init; } = ScoringJob.DefaultCheckpointRows;

    /// <summary>How many rows may be rejected.</summary>
    public RejectBudget Rejects { get; init; } = RejectBudget.Default;

    /// <summary>How the model is run.</summary>
    public ExecutorOptions Execution { get; init; } = ExecutorOptions.Default;
}
