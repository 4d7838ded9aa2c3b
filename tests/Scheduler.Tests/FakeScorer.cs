using System.Collections.Concurrent;
using BatchEngine.Domain;
using BatchEngine.Scheduler.Leasing;
using BatchEngine.Storage.Blobs;
using BatchEngine.Storage.Snapshots.RunFiles;

namespace BatchEngine.Scheduler.Tests;

/// <summary>Scores without files or models: a row's key and score follow from its number. Writes real run files and checkpoints after each unit.</summary>
internal sealed class FakeScorer(IBlobStore blobs) : IShardScorer
{
    /// <summary>How often each unit (shard, unit) was scored.</summary>
    public ConcurrentDictionary<(int Shard, int Unit), int> Scored { get; } = new();

    /// <summary>Called at each write of the scorer itself, and before each unit.</summary>
    public Action<string> Boundary { get; set; } = _ => { };

    /// <summary>Awaited before each unit, to hold a worker or to make it fail.</summary>
    public Func<Lease, int, CancellationToken, Task> BeforeUnit { get; set; } = (_, _, _) => Task.CompletedTask;

    /// <summary>The key of a row, counted over the manifest.</summary>
    public Func<long, long> KeyOf { get; set; } = row => (row * 7) + 1;

    /// <summary>Rejected rows of each unit.</summary>
    public int RejectedPerUnit { get; set; }

    public async Task<ShardEnding> ScoreAsync(RunPlan plan, Shard shard, Lease lease, Checkpoint from, IShardProgress progress, CancellationToken ct)
    {
        var at = from;
        var units = Units(plan, shard);
        for (var unit = from.NextUnitIndex; unit < units.Count; unit++)
        {
            if (progress.Stop.IsCancellationRequested)
                return new ShardEnding.Stopped(at);
            ct.ThrowIfCancellationRequested();
            await BeforeUnit(lease, unit, ct);
            Scored.AddOrUpdate((shard.Index, unit), 1, (_, n) => n + 1);
            Boundary($"scored shard {shard.Index} unit {unit}");
            at = await WriteAsync(plan, lease, unit, units[unit].FirstRow, units[unit].Rows, at, ct);
            Boundary($"wrote shard {shard.Index} unit {unit}");
            progress.Report(at.Counts);
            await progress.SaveAsync(at, ct);
        }
        return new ShardEnding.Finished(new ShardReceipt(plan.Run, shard.Index, lease.Fence, at));
    }

    /// <summary>The units of a shard at their fixed boundaries.</summary>
    public static IReadOnlyList<(long FirstRow, int Rows)> Units(RunPlan plan, Shard shard)
    {
        var units = new List<(long, int)>();
        long row = 0;
        for (var f = 0; f < plan.Manifest.Files.Count; f++)
        {
            for (var g = 0; g < plan.Manifest.Files[f].RowGroups.Count; g++)
            {
                var rows = plan.Manifest.Files[f].RowGroups[g].Rows;
                if (shard.Ranges.Any(r => r.FileIndex == f && g >= r.FromRowGroup && g < r.ToRowGroupExclusive))
                {
                    for (long done = 0; done < rows; done += plan.UnitRows)
                        units.Add((row + done, (int)Math.Min(plan.UnitRows, rows - done)));
                }
                row += rows;
            }
        }
        return units;
    }

    private async Task<Checkpoint> WriteAsync(RunPlan plan, Lease lease, int unit, long firstRow, int rows, Checkpoint before, CancellationToken ct)
    {
        var rejected = Math.Min(RejectedPerUnit, rows);
        var keep = rows - rejected;
        await using var writer = await blobs.CreateAsync($"runs/{plan.Run}/s{lease.ShardIndex}/u{unit}-f{lease.Fence}.run", ct);
        WriteRows(writer.Content, plan, firstRow, keep);
        var blob = await writer.CommitAsync(ct);
        var counts = new long[2];
        for (var i = 0; i < keep; i++)
            counts[ScoreOf(firstRow + i) >= 0.5f ? 1 : 0]++;
        var profile = new ColumnProfile(new BinEdges("score", [0.5f], []), true, counts, 0, 0, 1, keep, keep);
        return new Checkpoint(
            unit + 1, before.Counts + new RowCounts(rows, keep, 0, rejected),
            [.. before.Artifacts, new Artifact(blob.Name, ArtifactKind.RunFile, blob.Bytes, blob.Checksum, keep)],
            before.Profiles.Count == 0 ? [profile] : [before.Profiles[0].Merge(profile)]);
    }

    private void WriteRows(Stream content, RunPlan plan, long firstRow, int rows)
    {
        using var file = new RunFileWriter(content, KeyKind.Int64, 1, plan.PartitionCount);
        var numbers = Enumerable.Range(0, rows).Select(i => firstRow + i).ToArray();
        file.Append(new PredictionRows
        {
            Rows = rows,
            Keys = numbers.Select(KeyOf).ToArray(),
            Outputs = numbers.Select(ScoreOf).ToArray(),
            OutputStride = Math.Max(1, rows),
            RowNumbers = numbers,
        });
        file.Complete();
    }

    private static float ScoreOf(long row) => (row * 37 % 100) / 100f;
}
