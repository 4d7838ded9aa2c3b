using System.Buffers;
using System.Collections.Concurrent;
using System.IO.Hashing;
using System.Runtime.CompilerServices;
using BatchEngine.Domain;

namespace BatchEngine.Storage.Blobs.Remote;

/// <summary>Blobs as objects of a bucket below a prefix, which any number of machines may share. Thread-safe.</summary>
/// <remarks>What this program keeps for itself lies under keys that start with a dot, which no blob can have.</remarks>
internal sealed class RemoteBlobs : IBlobStore, IDisposable
{
    private const int BufferBytes = 1 << 18;
    private const int MostRead = 16_384;
    private readonly IObjectContainer _container;
    private readonly ObjectStoreOptions _options;
    private readonly Action<string> _note;
    private readonly OwnerObject _owner;
    private readonly Renewals _renewals;
    private readonly ConcurrentDictionary<string, ObjectFacts> _read = new(StringComparer.Ordinal);

    /// <summary>Uses the bucket; nothing is asked of it yet.</summary>
    /// <param name="container">Where the objects lie; it is disposed with this.</param>
    /// <param name="options">How long parts are.</param>
    /// <param name="clock">Waits.</param>
    /// <param name="note">Told, in a sentence, what the store cannot do and what is lost by that.</param>
    public RemoteBlobs(IObjectContainer container, ObjectStoreOptions options, TimeProvider clock, Action<string> note)
    {
        (_container, _options, _note) = (container, options, note);
        _owner = new OwnerObject(container, clock, note);
        _renewals = new Renewals(container, clock);
    }

    /// <inheritdoc/>
    public string Place => _container.Place;

    /// <inheritdoc/>
    public Task<string?> OwnerAsync(CancellationToken ct) => _owner.ReadAsync(ct);

    /// <inheritdoc/>
    public Task<string> ClaimAsync(string owner, CancellationToken ct) => _owner.ClaimAsync(owner, ct);

    /// <inheritdoc/>
    public Task<BlobWriter> CreateAsync(string name, CancellationToken ct)
    {
        BlobNaming.Check(name);
        ct.ThrowIfCancellationRequested();
        return Task.FromResult<BlobWriter>(new RemoteBlobWriter(name, _container, _options.PartBytes));
    }

    /// <inheritdoc/>
    public async Task<Stream> OpenReadAsync(string name, CancellationToken ct) =>
        new RangedStream(_container, await _container.FindAsync(BlobNaming.Check(name), ct).ConfigureAwait(false) ?? throw Missing(name));

    /// <inheritdoc/>
    /// <remarks>Who reads ranges reads several of one blob: what the store said of it is asked once.</remarks>
    public async Task ReadAsync(string name, long offset, Memory<byte> target, CancellationToken ct)
    {
        if (!_read.TryGetValue(name, out var facts))
        {
            facts = await _container.FindAsync(BlobNaming.Check(name), ct).ConfigureAwait(false) ?? throw Missing(name);
            if (_read.Count >= MostRead)
                _read.Clear();
            _read[name] = facts;
        }
        if (offset + target.Length > facts.Bytes)
            throw new EndOfStreamException($"{PlaceOf(name)} has {facts.Bytes} bytes.");
        try
        {
            await _container.ReadAsync(facts, offset, target, ct).ConfigureAwait(false);
        }
        catch (BatchEngineException)
        {
            // It was replaced or removed since: the next read asks again.
            _read.TryRemove(name, out _);
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task VerifyAsync(string name, long bytes, ulong checksum, CancellationToken ct)
    {
        var facts = await _container.FindAsync(BlobNaming.Check(name), ct).ConfigureAwait(false) ?? throw Missing(name);
        if (facts.Bytes != bytes)
            throw new CorruptDataException(PlaceOf(name), Count(facts.Bytes), Count(bytes));
        var seen = await ChecksumAsync(facts, ct).ConfigureAwait(false);
        if (seen != checksum)
            throw new CorruptDataException(PlaceOf(name), $"checksum {seen:x16}", $"{checksum:x16}");
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<BlobEntry> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var found in _container.ListAsync(prefix, ct).ConfigureAwait(false))
        {
            if (BlobNaming.IsName(found.Key))
                yield return new BlobEntry(found.Key, found.Bytes, found.WrittenAt);
        }
    }

    /// <inheritdoc/>
    public async Task<bool> DeleteAsync(string name, CancellationToken ct)
    {
        if (await LengthAsync(name, ct).ConfigureAwait(false) is null)
            return false;
        await _container.DeleteAsync(name, ct).ConfigureAwait(false);
        return true;
    }

    /// <inheritdoc/>
    public Task<bool> DeleteOlderAsync(string name, DateTimeOffset before, CancellationToken ct) => _renewals.SweepAsync(BlobNaming.Check(name), before, ct);

    /// <inheritdoc/>
    public Task<bool> RenewAsync(string name, CancellationToken ct) => _renewals.RenewAsync(BlobNaming.Check(name), ct);

    /// <inheritdoc/>
    public async Task<BlobFacts?> FactsAsync(string name, CancellationToken ct) =>
        await _container.FindAsync(BlobNaming.Check(name), ct).ConfigureAwait(false) is { } facts ? new BlobFacts(facts.Bytes, facts.Checksum) : null;

    /// <inheritdoc/>
    public async Task<long?> LengthAsync(string name, CancellationToken ct) =>
        (await _container.FindAsync(BlobNaming.Check(name), ct).ConfigureAwait(false))?.Bytes;

    /// <inheritdoc/>
    public async Task<int> DeleteUncommittedAsync(DateTimeOffset before, CancellationToken ct)
    {
        await _renewals.ForgetAsync(before, ct).ConfigureAwait(false);
        if (await _container.AbortUploadsAsync(before, ct).ConfigureAwait(false) is { } aborted)
            return aborted;
        _note($"{Place}: the store cannot list unfinished uploads, so what killed writers left stays there. Give the bucket a rule that aborts incomplete "
            + "uploads after some days.");
        return 0;
    }

    /// <inheritdoc/>
    public void Dispose() => _container.Dispose();

    private async Task<ulong> ChecksumAsync(ObjectFacts facts, CancellationToken ct)
    {
        var (hash, buffer) = (new XxHash3(), ArrayPool<byte>.Shared.Rent(BufferBytes));
        try
        {
            // Without the noted checksum: the one of the row decides, and says what it expected.
            await using var content = new RangedStream(_container, facts with { Checksum = null });
            while (await content.ReadAsync(buffer, ct).ConfigureAwait(false) is > 0 and var count)
                hash.Append(buffer.AsSpan(0, count));
            return hash.GetCurrentHashAsUInt64();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private CorruptDataException Missing(string name) => new(PlaceOf(name), "no object", "the blob that was written");

    /// <inheritdoc/>
    public string PlaceOf(string name) => $"{Place}/{BlobNaming.Check(name)}";

    private static string Count(long bytes) => FormattableString.Invariant($"{bytes} bytes");
}
