using System.Collections.Concurrent;

namespace BatchEngine.Scorer.Outputs;

/// <summary>Constant columns that this process has encoded, for every file of a run and every worker. Thread-safe.</summary>
/// <remarks>Encoding allocates 36 bytes a row and column, and every shard of a run writes the same constants in row groups of the same few lengths.</remarks>
internal static class EncodedConstants
{
    /// <summary>More than the constants and lengths of the runs of a night; then the cache begins anew.</summary>
    public const int MaxKept = 256;

    private static readonly ConcurrentDictionary<Key, EncodedColumn> s_kept = new();

    /// <summary>The column, encoded now when it is not kept.</summary>
    /// <param name="key">Everything that its bytes depend on.</param>
    /// <param name="encode">Encodes it.</param>
    public static async Task<EncodedColumn> GetAsync(Key key, Func<Task<EncodedColumn>> encode)
    {
        if (s_kept.TryGetValue(key, out var kept))
            return kept;
        if (s_kept.Count >= MaxKept)
            s_kept.Clear();
        return s_kept[key] = await encode().ConfigureAwait(false);
    }

    /// <summary>What the bytes of a constant column depend on.</summary>
    /// <param name="Field">Its name.</param>
    /// <param name="Type">The type of its value as stored.</param>
    /// <param name="Value">Its value as text.</param>
    /// <param name="Compression">How its pages are compressed.</param>
    /// <param name="IsDictionary">Whether it is encoded with a dictionary.</param>
    /// <param name="Rows">How many rows have it.</param>
    internal readonly record struct Key(string Field, Type Type, string Value, Parquet.CompressionMethod Compression, bool IsDictionary, int Rows);
}
