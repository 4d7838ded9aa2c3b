using BatchEngine.Domain;

namespace BatchEngine.Scorer.OneShot;

/// <summary>What a one-shot scoring left.</summary>
/// <param name="OutputDirectory">The full path.</param>
/// <param name="Counts">What became of the rows.</param>
/// <param name="Files">The Parquet files, named relative to the directory, in row order; dead letters last.</param>
/// <param name="Outputs">The model's outputs.</param>
/// <param name="Engine">The way the model was run.</param>
/// <param name="DeviceNote">Why the processor scored though a card was asked for; null when none was, or when it did.</param>
/// <param name="Notes">Why other ways were not taken, one sentence each.</param>
/// <param name="Elapsed">Scoring and writing.</param>
public sealed record OneShotResult(string OutputDirectory, RowCounts Counts, IReadOnlyList<Artifact> Files, IReadOnlyList<OutputColumn> Outputs, string Engine,
    string? DeviceNote, IReadOnlyList<string> Notes, TimeSpan Elapsed)
{
    /// <summary>Which files of the input were left out, and why; null means none.</summary>
    public string? LeftOut { get; init; }

    /// <summary>Outputs of the model that were left out, because they only pass inputs on.</summary>
    public IReadOnlyList<string> LeftOutOutputs { get; init; } = [];

    /// <summary>Columns that the folders of the input give; null without any.</summary>
    public string? Partitions { get; init; }

    /// <summary>The means that missing values were replaced by.</summary>
    public IReadOnlyList<ImputedMean> Means { get; init; } = [];

    /// <summary>What to know of the answers: where ONNX Runtime departs from the specification, and labels that are not the class of the largest
    /// probability.</summary>
    public IReadOnlyList<string> Caveats { get; init; } = [];

    /// <summary>What was read from object stores; null when the input is on this machine.</summary>
    public StoreTraffic? FromStores { get; init; }

    /// <summary>Rows per second.</summary>
    public Measured<double> RowsPerSecond =>
        Elapsed > TimeSpan.Zero ? Measured<double>.Of(Counts.Read / Elapsed.TotalSeconds) : Measured<double>.NotMeasured("no time has passed");
}
