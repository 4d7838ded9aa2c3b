using BatchEngine.Domain;

namespace BatchEngine.Storage.Blobs;

/// <summary>Named bytes. A blob appears whole or not at all; who may read it is said by the database row that names it. Thread-safe.</summary>
/// <remarks>Names are 1 to 512 characters: parts of letters, digits, '.', '-', '_', '=' and '+', joined by '/'; no part is empty or starts with '.'. Every
/// method refuses other names with a
/// <see cref="BadInputException"/>, and reports a disk or network that fails as a <see cref="StorageFailedException"/>. Every method may be repeated.</remarks>
public interface IBlobStore
{
    /// <summary>Where it is, for messages to operators.</summary>
    string Place { get; }

    /// <summary>Where a blob is or would be, for messages to operators; says nothing about whether it exists. Never opened: who needs the bytes reads them
    /// from the store.</summary>
    string PlaceOf(string name) => $"{Place}/{BlobNaming.Check(name)}";

    /// <summary>Who owns the store; null means that nobody has claimed it yet.</summary>
    Task<string?> OwnerAsync(CancellationToken ct);

    /// <summary>Writes down the owner, durably, unless there is one; of two claims at once one wins.</summary>
    /// <param name="owner">1 to 100 letters, digits and '-'.</param>
    /// <param name="ct">Stops before the claim.</param>
    /// <returns>Who owns it from now on.</returns>
    Task<string> ClaimAsync(string owner, CancellationToken ct);

    /// <summary>Starts a blob. Nothing can be seen under the name before the writer commits; committing replaces an earlier blob of that name.</summary>
    Task<BlobWriter> CreateAsync(string name, CancellationToken ct);

    /// <summary>Opens a blob for reading from any position.</summary>
    /// <exception cref="CorruptDataException">There is no such blob, although a row names it.</exception>
    Task<Stream> OpenReadAsync(string name, CancellationToken ct);

    /// <summary>Fills the target with the blob's bytes from an offset on: one request to a store that is elsewhere.</summary>
    /// <exception cref="CorruptDataException">There is no such blob, although a row names it.</exception>
    /// <exception cref="EndOfStreamException">The blob ends before.</exception>
    async Task ReadAsync(string name, long offset, Memory<byte> target, CancellationToken ct)
    {
        var content = await OpenReadAsync(name, ct).ConfigureAwait(false);
        await using var opened = content.ConfigureAwait(false);
        content.Position = offset;
        await content.ReadExactlyAsync(target, ct).ConfigureAwait(false);
    }

    /// <summary>Reads the whole blob and compares it with what was written.</summary>
    /// <exception cref="CorruptDataException">It is missing, or its length or checksum differs.</exception>
    Task VerifyAsync(string name, long bytes, ulong checksum, CancellationToken ct);

    /// <summary>Committed blobs whose name starts with the prefix, by name (ordinal). The empty prefix lists all. What somebody else put there under a
    /// name that no blob can have is passed over.</summary>
    IAsyncEnumerable<BlobEntry> ListAsync(string prefix, CancellationToken ct);

    /// <summary>Removes a blob; false means it was not there.</summary>
    Task<bool> DeleteAsync(string name, CancellationToken ct);

    /// <summary>Removes a blob that was last committed or renewed before the given instant; false means it is younger or was not there.</summary>
    Task<bool> DeleteOlderAsync(string name, DateTimeOffset before, CancellationToken ct);

    /// <summary>Makes a blob as young as if it were committed now, so that no sweep takes it before the row that names it is written; false means there is
    /// no such blob.</summary>
    Task<bool> RenewAsync(string name, CancellationToken ct);

    /// <summary>The length of a blob, without reading it; null means that there is no such blob.</summary>
    Task<long?> LengthAsync(string name, CancellationToken ct);

    /// <summary>What the store notes of a blob, without reading it; null means that there is no such blob. A store that notes no checksum tells the length.
    /// </summary>
    async Task<BlobFacts?> FactsAsync(string name, CancellationToken ct) =>
        await LengthAsync(name, ct).ConfigureAwait(false) is { } bytes ? new BlobFacts(bytes, null) : null;

    /// <summary>Removes what writers left that never committed, when it was last written before the given instant; gives how many.</summary>
    Task<int> DeleteUncommittedAsync(DateTimeOffset before, CancellationToken ct);
}
