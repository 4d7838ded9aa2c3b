using BatchEngine.Domain;

namespace BatchEngine.Scorer.OneShot;

/// <summary>Cuts a manifest into parts for one-shot workers: consecutive row groups of one file, about equally many rows. Pure.</summary>
internal static class OneShotParts
{
    private const int PartsPerWorker = 4;

    /// <summary>About how many rows a part has.</summary>
    public static long RowsPerPart(long rows, int rowsPerFile, int workers) => Math.Clamp(rows / ((long)workers * PartsPerWorker), 1, rowsPerFile);

    /// <summary>The parts in row order; they do not depend on anything but the manifest, the file size asked for and the number of workers.</summary>
    public static IReadOnlyList<RowGroupRange> Of(InputManifest manifest, int rowsPerFile, int workers)
    {
        var target = RowsPerPart(manifest.Rows, rowsPerFile, workers);
        var parts = new List<RowGroupRange>();
        for (var file = 0; file < manifest.Files.Count; file++)
        {
            var groups = manifest.Files[file].RowGroups;
            for (var from = 0; from < groups.Count;)
            {
                var to = from;
                for (long rows = 0; to < groups.Count && rows < target; to++)
                    rows += groups[to].Rows;
                parts.Add(new RowGroupRange(file, from, to));
                from = to;
            }
        }
        return parts;
    }
}
