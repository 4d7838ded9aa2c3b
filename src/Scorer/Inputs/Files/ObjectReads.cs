using BatchEngine.Domain;
using BatchEngine.Storage.Objects;

namespace BatchEngine.Scorer.Inputs.Files;

/// <summary>Reads parts of one object, as long as it is the one that was planned. Thread-safe.</summary>
/// <param name="source">Where it is.</param>
/// <param name="uri">Its name.</param>
/// <param name="entry">What it is to be.</param>
/// <param name="tally">Counts what comes.</param>
internal sealed class ObjectReads(IObjectSource source, ObjectUri uri, ObjectEntry entry, TrafficTally tally)
{
    /// <summary>Its name, for messages.</summary>
    public string Path { get; } = uri.ToString();

    /// <summary>Its length.</summary>
    public long Bytes => entry.Bytes;

    /// <summary>Counts what comes.</summary>
    public TrafficTally Tally => tally;

    /// <summary>Fills the memory with the object's bytes from a position.</summary>
    /// <exception cref="BadInputException">The object was replaced or removed.</exception>
    /// <exception cref="StorageFailedException">It cannot be read.</exception>
    public async Task FetchAsync(long from, Memory<byte> into, CancellationToken ct)
    {
        var seen = await source.ReadAsync(uri.Key, entry.ETag, from, into, ct).ConfigureAwait(false) ?? throw InputProblems.Gone(Path, entry.ETag);
        if (seen != entry.ETag)
            throw InputProblems.Replaced(Path, seen, entry.ETag);
        tally.Fetched(into.Length);
    }
}
