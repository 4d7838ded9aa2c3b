using BatchEngine.Domain;
using BatchEngine.Scorer.Features;
using BatchEngine.Scorer.Inputs;
using BatchEngine.Scorer.Inputs.Files;
using BatchEngine.Scorer.Inputs.Manifests;
using BatchEngine.Scorer.Units;
using BatchEngine.Storage.Objects;
using BatchEngine.Storage.Snapshots.Slots;

namespace BatchEngine.Scorer.Memory;

/// <summary>Counts what a scoring will hold. Reads page headers of the input, nothing else.</summary>
/// <remarks>The constants were measured as resident memory on Linux, so they are a little more than what is counted; docs/scorer.md has the figures that they
/// are held against.</remarks>
public static class ScoringMemory
{
    // Runtime, libraries and code of a scoring process before its first buffer: 96 to 105 MB resident.
    private const long ProcessBytes = 110_000_000;

    // Parquet.Net's pages and their compression, ONNX Runtime's arena, threads.
    private const long WriterBytes = 26_000_000;

    // Allocators round up and keep what they freed.
    private const double Slack = 1.25;

    /// <summary>The need of a job's workers, or of a one-shot scoring.</summary>
    /// <param name="manifest">The input.</param>
    /// <param name="spec">What the model reads.</param>
    /// <param name="model">The opened model.</param>
    /// <param name="modelBytes">The length of the model's file and its weight files.</param>
    /// <param name="keyColumn">The key; null means the row number.</param>
    /// <param name="carried">Columns that are copied.</param>
    /// <param name="writesRunFiles">Whether run files for a snapshot are written.</param>
    /// <param name="keptSums">Sums that these keep behind the outputs.</param>
    /// <param name="files">Where the files are; null means on this machine.</param>
    /// <exception cref="BadInputException">A column is missing, or the features do not compile.</exception>
    /// <exception cref="StorageFailedException">The input cannot be read.</exception>
    public static MemoryNeed Of(InputManifest manifest, FeatureSpec spec, Execution.LoadedModel model, long modelBytes, string? keyColumn,
        IReadOnlyList<string> carried, bool writesRunFiles, int keptSums = 0, InputFiles? files = null)
    {
        var features = CompiledFeatures.Compile(spec, manifest.Columns, model.WantedStorage);
        var columns = ReadColumns.Of(features, keyColumn, carried, manifest);
        var pages = HeldPages.Of(manifest, columns, files);
        var worker = (long)(pages * Slack) + WriterBytes + (writesRunFiles ? SnapshotLimits.DefaultBufferBytes : 0);
        var footers = manifest.Files.Any(f => ObjectUri.IsOne(f.Path)) ? FooterShelf.MaxBytes : 0;
        return new MemoryNeed(ProcessBytes + footers + (modelBytes * model.MemoryFactor), worker,
            RowBytes(features, columns, carried.Count + 1, model.Outputs.Count + keptSums, writesRunFiles));
    }

    private static long RowBytes(CompiledFeatures features, IReadOnlyList<InputColumn> columns, int copied, int outputs, bool writesRunFiles)
    {
        var values = columns.Sum(c => (long)ValueBytes(c.Kind) + 1)
            + features.Storage.Sum(s => s == FeatureStorage.Float32 ? sizeof(float) : sizeof(double) + 1);
        // Float features taken as they are share the decoder's memory.
        values -= Math.Min(columns.Count(c => c.Kind == ColumnKind.Float), features.Storage.Count(s => s == FeatureStorage.Float32)) * sizeof(float);
        var staging = (copied * 3 * sizeof(double)) + (outputs * 3 * sizeof(float)) + sizeof(float) + 1;
        return (UnitSizing.MaxUnitsHeld * values) + staging + (writesRunFiles ? (2 * sizeof(ulong)) + 1 : 0);
    }

    // Text grows by doubling, so what it may take is counted whole.
    private static int ValueBytes(ColumnKind kind) => kind switch
    {
        ColumnKind.Float => sizeof(float),
        ColumnKind.Text => sizeof(int) + TextBuffer.MeanBytesPerValue,
        _ => sizeof(double),
    };
}
