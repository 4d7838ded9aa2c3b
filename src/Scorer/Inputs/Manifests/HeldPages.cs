using BatchEngine.Domain;
using BatchEngine.Scorer.Inputs.Files;
using ParquetSharp;

namespace BatchEngine.Scorer.Inputs.Manifests;

/// <summary>What reading a row group holds in native memory: of every column a page, decompressed, and its dictionary.</summary>
/// <remarks>Some writers put a whole column chunk into one page; then a row group of 5 million rows of 50 floats cannot be read under 1 GB, and that is known
/// before it is tried.</remarks>
internal static class HeldPages
{
    /// <summary>The bytes of the columns, in the largest row group of all files. The first page of a column speaks for the others: each is decoded once, one
    /// column after the other.</summary>
    /// <param name="manifest">The input.</param>
    /// <param name="columns">The columns.</param>
    /// <param name="files">Where the files are; null means on this machine.</param>
    /// <exception cref="BadInputException">The file is damaged or has changed, or a column is missing.</exception>
    public static long Of(InputManifest manifest, IReadOnlyList<InputColumn> columns, InputFiles? files = null)
    {
        if (manifest.Rows == 0)
            return 0;
        var (file, group) = Largest(manifest);

        // Decoding takes its memory from the library's default pool; another one tells these bytes apart from those of a scoring that goes on beside.
        var pool = MemoryPool.SystemMemoryPool();
        using var reader = InputFileReader.Open(manifest.Files[file], pool, files);
        long held = 0, largest = 0;
        foreach (var column in columns.DistinctBy(c => (c.Element?.List ?? c.Name, c.Use))) // the elements of a list share its pages
        {
            var before = pool.BytesAllocated;
            using var rows = reader.OpenRowGroup(group, [column], inParts: true);
            rows.Skip(1);
            var own = pool.BytesAllocated - before;
            held += own;
            largest = Math.Max(largest, own);
        }

        // While a page is decompressed, its compressed bytes are held as well.
        held += largest;
        return reader.IsObject ? held + ObjectFile.MostHeld(columns.Count) : held;
    }

    private static (int File, int Group) Largest(InputManifest manifest) => manifest.Files
        .SelectMany((f, i) => f.RowGroups.Select((g, j) => (File: i, Group: j, Size: g)))
        .Where(g => g.Size.Rows > 0).MaxBy(g => g.Size.Bytes) is var largest ? (largest.File, largest.Group) : default;
}
