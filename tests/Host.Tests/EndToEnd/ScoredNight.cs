using System.Text.Json;
using BatchEngine.Domain;
using BatchEngine.Host.Composition;
using BatchEngine.Scorer.Outputs;
using BatchEngine.Storage.Database.Leases;
using BatchEngine.Storage.Database.Runs;
using BatchEngine.Storage.Database.Snapshots;
using BatchEngine.Storage.Snapshots.Readers;

namespace BatchEngine.Host.Tests.EndToEnd;

/// <summary>What a published run left behind: its rows, its segments and its counts. Two runs of one input must be equal in all of it.</summary>
internal sealed record ScoredNight(IReadOnlyDictionary<long, string> Rows, IReadOnlyDictionary<PredictionKey, Prediction> Entries,
    IReadOnlyList<ulong> SegmentChecksums, RowCounts Counts)
{
    private static readonly string[] Provenance = ["model_version", "run_id", "scored_at"];

    /// <summary>Reads the exported Parquet, the current snapshot and the receipts of a run.</summary>
    public static async Task<ScoredNight> ReadAsync(Engine engine, ScoringJob job, RunId run, CancellationToken ct)
    {
        var rows = ParquetRows.Read(OutputExport.TargetOf(job, run), job.KeyColumn, Provenance);
        var info = Assert.Single(await new SnapshotStore(engine.Database).ListAsync(job.Serving.Name, 100, ct), s => s.Snapshot.Run == run).Snapshot;
        using var snapshot = await SnapshotReader.OpenAsync(info, engine.Copies, SnapshotHolding.Copied, null, ct);
        var entries = new Dictionary<PredictionKey, Prediction>();
        foreach (var (key, prediction) in snapshot.Entries())
            Assert.True(entries.TryAdd(key, prediction), $"{run}: key {key} is in the snapshot twice");
        var receipts = await new ReceiptStore(engine.Database).ListAsync(run, ct);
        var counts = receipts.Aggregate(default(RowCounts), (sum, receipt) => sum + receipt.Final.Counts);
        Assert.True(counts.AddsUp, $"{run}: {counts}");
        MustNameEveryFile(OutputExport.TargetOf(job, run), counts);
        Assert.Equal((await new RunStore(engine.Database).FindAsync(run, ct))!.Rows, counts.Read);
        return new ScoredNight(rows, entries, [.. info.Segments.Select(s => s.Artifact.Checksum)], counts);
    }

    // The same manifest as score writes: every file of the export, and what became of the rows.
    private static void MustNameEveryFile(string folder, RowCounts counts)
    {
        var manifest = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, OutputManifest.FileName))).RootElement;
        Assert.Equal(counts.Read, manifest.GetProperty("rows").GetProperty("read").GetInt64());
        var found = Directory.EnumerateFiles(folder, "*.parquet", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(folder, f).Replace('\\', '/'));
        Assert.Equal(found.Order(StringComparer.Ordinal),
            manifest.GetProperty("files").EnumerateArray().Select(f => f.GetProperty("name").GetString()!).Order(StringComparer.Ordinal));
    }

    /// <summary>Fails with the first difference.</summary>
    public void MustEqual(ScoredNight other, string when)
    {
        Assert.True(Counts == other.Counts, $"{when}: counts {other.Counts}, expected {Counts}");
        Assert.True(Rows.Count == Counts.Scored, $"{when}: {Rows.Count} rows, {Counts.Scored} scored");
        Assert.True(Rows.Count == other.Rows.Count, $"{when}: {other.Rows.Count} rows, expected {Rows.Count}");
        foreach (var (key, row) in Rows)
            Assert.True(other.Rows.TryGetValue(key, out var found) && found == row, $"{when}: key {key} has '{found}', expected '{row}'");
        Assert.True(Entries.Count == other.Entries.Count, $"{when}: {other.Entries.Count} keys, expected {Entries.Count}");
        foreach (var (key, prediction) in Entries)
        {
            Assert.True(other.Entries.TryGetValue(key, out var found), $"{when}: key {key} is missing from the snapshot");
            Assert.Equal(prediction.Outputs, found.Outputs);
            Assert.Equal((prediction.Confidence, prediction.FeatureFingerprint, prediction.Flags), (found.Confidence, found.FeatureFingerprint, found.Flags));
        }
        Assert.Equal(SegmentChecksums, other.SegmentChecksums);
    }
}
