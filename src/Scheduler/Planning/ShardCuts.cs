using BatchEngine.Domain;

namespace BatchEngine.Scheduler.Planning;

/// <summary>Cuts a manifest into shards. Pure.</summary>
internal static class ShardCuts
{
    /// <summary>How many shards are aimed at.</summary>
    /// <remarks>
    /// About one checkpoint's rows each, but at least one a worker while a shard keeps a unit's rows (a small input still uses every core),
    /// and at most a few a worker, since a shard is resumed at its checkpoints anyway.
    /// </remarks>
    public static int Aim(long rows, int workers, int unitRows, int checkpointRows)
    {
        var byCheckpoint = rows / Math.Max(1, checkpointRows);
        var atLeast = Math.Min(workers, rows / Math.Max(1, unitRows));
        var atMost = (long)workers * PlanLimits.ShardsPerWorker;
        return (int)Math.Clamp(Math.Clamp(byCheckpoint, Math.Min(atLeast, atMost), atMost), 1, PlanLimits.MaxShards);
    }

    /// <summary>Cuts at the row-group boundaries nearest to equal parts, so shards are contiguous, disjoint and cover the manifest; none is without
    /// rows.</summary>
    public static IReadOnlyList<Shard> Cut(InputManifest manifest, int aim) => Cut(GroupsOf(manifest, []), aim);

    /// <summary>The row groups of the manifest, in order, that none of the shards holds.</summary>
    public static (int FileIndex, int Index, long Rows)[] GroupsOf(InputManifest manifest, IEnumerable<Shard> without)
    {
        var taken = without.SelectMany(s => s.Ranges)
            .SelectMany(r => Enumerable.Range(r.FromRowGroup, r.ToRowGroupExclusive - r.FromRowGroup).Select(g => (r.FileIndex, g))).ToHashSet();
        return [.. manifest.Files.SelectMany((file, fileIndex) => file.RowGroups.Select((group, index) => (FileIndex: fileIndex, Index: index, group.Rows)))
            .Where(g => !taken.Contains((g.FileIndex, g.Index)))];
    }

    /// <summary>Cuts some row groups, in order, like a whole manifest; no row group gives no shard.</summary>
    public static IReadOnlyList<Shard> Cut((int FileIndex, int Index, long Rows)[] groups, int aim)
    {
        var total = groups.Sum(g => g.Rows);
        var shards = new List<Shard>();
        var from = 0;
        long done = 0, shardRows = 0;
        for (var i = 0; i < groups.Length; i++)
        {
            shardRows += groups[i].Rows;
            var isLast = i == groups.Length - 1;
            if (!isLast && !EndsHere(done + shardRows, groups[i + 1].Rows, shards.Count + 1, aim, total, shardRows))
                continue;
            if (isLast && shardRows == 0 && shards.Count > 0)
                shards[^1] = shards[^1] with { Ranges = Join(shards[^1].Ranges, Ranges(groups.AsSpan(from))) };
            else
                shards.Add(new Shard(shards.Count, Ranges(groups.AsSpan(from, i + 1 - from)), shardRows));
            done += shardRows;
            shardRows = 0;
            from = i + 1;
        }
        return shards;
    }

    private static bool EndsHere(long cumulative, long next, int shardNumber, int aim, long total, long shardRows)
    {
        if (shardRows == 0 || shardNumber >= aim || cumulative == total)
            return false;
        return (((Int128)cumulative * 2) + next) * aim >= (Int128)total * shardNumber * 2;
    }

    private static List<RowGroupRange> Ranges(ReadOnlySpan<(int FileIndex, int Index, long Rows)> groups)
    {
        var ranges = new List<RowGroupRange>();
        foreach (var (fileIndex, index, _) in groups)
        {
            if (ranges.Count > 0 && ranges[^1].FileIndex == fileIndex && ranges[^1].ToRowGroupExclusive == index)
                ranges[^1] = ranges[^1] with { ToRowGroupExclusive = index + 1 };
            else
                ranges.Add(new RowGroupRange(fileIndex, index, index + 1));
        }
        return ranges;
    }

    private static List<RowGroupRange> Join(IReadOnlyList<RowGroupRange> first, IReadOnlyList<RowGroupRange> second)
    {
        var ranges = first.ToList();
        foreach (var range in second)
        {
            if (ranges[^1].FileIndex == range.FileIndex && ranges[^1].ToRowGroupExclusive == range.FromRowGroup)
                ranges[^1] = ranges[^1] with { ToRowGroupExclusive = range.ToRowGroupExclusive };
            else
                ranges.Add(range);
        }
        return ranges;
    }
}
