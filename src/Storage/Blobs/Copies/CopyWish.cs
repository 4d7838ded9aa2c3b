using System.Globalization;

namespace BatchEngine.Storage.Blobs.Copies;

/// <summary>Blobs that are copied together, fetched and evicted as one.</summary>
/// <param name="Content">Tells their content apart from all other content: letters and digits.</param>
/// <param name="Files">At least one; the first is what the holder opens.</param>
internal sealed record CopyWish(string Content, IReadOnlyList<CopiedFile> Files)
{
    /// <summary>The length of all files.</summary>
    public long Bytes { get; } = Files.Sum(f => f.Bytes);

    /// <summary>The name of the copy: content and length, so that a listing alone tells what the copies take.</summary>
    public string Key { get; } = string.Create(CultureInfo.InvariantCulture, $"{Content}-{Files.Sum(f => f.Bytes)}");

    /// <summary>The length in the name of a copy; null means that it is no such name.</summary>
    public static long? BytesOf(string key) => key.LastIndexOf('-') is > 0 and var dash
        && long.TryParse(key.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) ? bytes : null;
}
