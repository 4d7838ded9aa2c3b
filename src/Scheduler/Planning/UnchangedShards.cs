using BatchEngine.Domain;

namespace BatchEngine.Scheduler.Planning;

/// <summary>Finds the base run's shards whose files are all unchanged. Pure.</summary>
internal static class UnchangedShards
{
    /// <summary>In manifest order; the ranges are this manifest's, the indexes the base run's.</summary>
    /// <remarks>A shard is left out when its files did not all move by the same number of rows: its row numbers would no longer follow from one
    /// shift.</remarks>
    public static IReadOnlyList<(CarriedShard Carried, Shard Shard)> Find(BaseRun before, InputManifest manifest)
    {
        var places = Places(before.Plan.Manifest, manifest);
        var done = before.Receipts.ToDictionary(r => r.ShardIndex);
        var found = new List<(CarriedShard, Shard)>();
        foreach (var shard in before.Plan.Shards)
        {
            if (shard.Rows == 0 || !done.ContainsKey(shard.Index) || shard.Ranges.Any(r => !places.ContainsKey(r.FileIndex)))
                continue;
            var shift = places[shard.Ranges[0].FileIndex].Shift;
            if (shard.Ranges.All(r => places[r.FileIndex].Shift == shift))
                found.Add((new CarriedShard(-1, shard.Index, shift),
                    new Shard(-1, [.. shard.Ranges.Select(r => r with { FileIndex = places[r.FileIndex].Index })], shard.Rows)));
        }
        return [.. found.OrderBy(f => f.Item2.Ranges[0].FileIndex).ThenBy(f => f.Item2.Ranges[0].FromRowGroup).Take(PlanLimits.MaxShards / 2)];
    }

    /// <summary>Where each unchanged file of the base stands now, and by how many rows it moved.</summary>
    private static Dictionary<int, (int Index, long Shift)> Places(InputManifest before, InputManifest now)
    {
        var byPath = new Dictionary<string, (int Index, long Start)>(StringComparer.Ordinal);
        long start = 0;
        for (var i = 0; i < now.Files.Count; start += now.Files[i++].Rows)
            byPath[now.Files[i].Path] = (i, start);
        var places = new Dictionary<int, (int, long)>();
        start = 0;
        for (var i = 0; i < before.Files.Count; start += before.Files[i++].Rows)
        {
            if (byPath.TryGetValue(before.Files[i].Path, out var place) && IsUnchanged(before.Files[i], now.Files[place.Index]))
                places[i] = (place.Index, place.Start - start);
        }
        return places;
    }

    private static bool IsUnchanged(InputFile was, InputFile file) =>
        was.ContentTag == file.ContentTag && was.Bytes == file.Bytes && was.RowGroups.SequenceEqual(file.RowGroups);
}
