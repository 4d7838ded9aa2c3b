using System.Runtime.CompilerServices;
using Azure;
using Azure.Storage;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using BatchEngine.Domain;
using BatchEngine.Storage.Blobs.Remote;

namespace BatchEngine.Storage.Blobs.Azure;

/// <summary>Block blobs of an Azure container below a prefix. Thread-safe.</summary>
/// <param name="place">Container and prefix.</param>
/// <param name="connection">The client; it is disposed with this.</param>
internal sealed class AzureContainer(BucketPlace place, AzureConnection connection) : IObjectContainer
{
    /// <summary>MD5 of each body: every version of the service checks it.</summary>
    public static UploadTransferValidationOptions Checked { get; } = new() { ChecksumAlgorithm = StorageChecksumAlgorithm.MD5 };

    /// <inheritdoc/>
    public string Place => place.ToString();

    /// <inheritdoc/>
    public Task<ObjectFacts?> FindAsync(string key, CancellationToken ct) => connection.AskAsync(PlaceOf(key), async token =>
    {
        try
        {
            var found = (await BlobOf(key).GetPropertiesAsync(cancellationToken: token).ConfigureAwait(false)).Value;
            return new ObjectFacts(key, found.ContentLength, found.ETag.ToString(), found.LastModified)
            {
                Checksum = NotedChecksum.Read(found.Metadata.TryGetValue(NotedChecksum.Name, out var noted) ? noted : null),
            };
        }
        catch (RequestFailedException missing) when (AzureFailures.IsMissing(missing))
        {
            return null;
        }
    }, ct);

    /// <inheritdoc/>
    public async Task ReadAsync(ObjectFacts facts, long from, Memory<byte> into, CancellationToken ct)
    {
        var done = 0;
        if (into.Length > 0)
        {
            await connection.AskAsync(PlaceOf(facts.Key), async token =>
            {
                using var answer = await OpenAsync(facts, from + done, into.Length - done, token).ConfigureAwait(false);
                // What came before a cut is kept: the next try asks for the rest.
                while (done < into.Length)
                {
                    var count = await answer.Content.ReadAsync(into[done..], token).ConfigureAwait(false);
                    done += count > 0 ? count
                        : throw new EndOfStreamException(FormattableString.Invariant($"the answer ended after {done} of {into.Length} bytes"));
                }
                return done;
            }, ct).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public Task<bool> PutAsync(string key, ReadOnlyMemory<byte> content, ulong checksum, bool onlyIfAbsent, CancellationToken ct) =>
        connection.AskAsync(PlaceOf(key), async token =>
        {
            using var body = new MemoryReadStream(content);
            var options = new BlobUploadOptions
            {
                Metadata = new Dictionary<string, string> { [NotedChecksum.Name] = NotedChecksum.Spell(checksum) },
                Conditions = onlyIfAbsent ? new BlobRequestConditions { IfNoneMatch = ETag.All } : null,
                TransferValidation = Checked,
                TransferOptions = new StorageTransferOptions { InitialTransferSize = Math.Max(1, content.Length) },
            };
            try
            {
                await BlobOf(key).UploadAsync(body, options, token).ConfigureAwait(false);
                return true;
            }
            catch (RequestFailedException there) when (onlyIfAbsent && AzureFailures.IsUnmet(there))
            {
                return false;
            }
        }, ct);

    /// <inheritdoc/>
    public Task<IObjectUpload> StartUploadAsync(string key, CancellationToken ct) =>
        Task.FromResult<IObjectUpload>(new AzureUpload(connection, BlobOf(key), PlaceOf(key)));

    /// <inheritdoc/>
    public async IAsyncEnumerable<ObjectFacts> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken ct)
    {
        string? next = null;
        do
        {
            var (page, token) = await PageAsync(prefix, next, ct).ConfigureAwait(false);
            foreach (var found in page.Where(f => f.Name.StartsWith(place.Prefix, StringComparison.Ordinal)))
            {
                yield return new ObjectFacts(found.Name[place.Prefix.Length..], found.Properties.ContentLength ?? 0, found.Properties.ETag.ToString() ?? "",
                    found.Properties.LastModified ?? default);
            }
            next = token;
        }
        while (!string.IsNullOrEmpty(next));
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string key, CancellationToken ct) => connection.AskAsync(PlaceOf(key), async token =>
    {
        await BlobOf(key).DeleteIfExistsAsync(DeleteSnapshotsOption.IncludeSnapshots, cancellationToken: token).ConfigureAwait(false);
        return true;
    }, ct);

    /// <summary>Nothing: the service takes away by itself, after a week, what was staged and never committed.</summary>
    public Task<int?> AbortUploadsAsync(DateTimeOffset before, CancellationToken ct) => Task.FromResult<int?>(0);

    /// <inheritdoc/>
    public void Dispose() => connection.Dispose();

    private Task<(IReadOnlyList<BlobItem> Items, string? Next)> PageAsync(string prefix, string? from, CancellationToken ct) =>
        connection.AskAsync(PlaceOf(prefix), async token =>
        {
            var listing = connection.Container.GetBlobsAsync(BlobTraits.None, BlobStates.None, place.Prefix + prefix, token);
            await foreach (var page in listing.AsPages(from).ConfigureAwait(false))
                return (page.Values, page.ContinuationToken);
            return ((IReadOnlyList<BlobItem>)[], (string?)null);
        }, ct);

    private async Task<BlobDownloadStreamingResult> OpenAsync(ObjectFacts facts, long from, long bytes, CancellationToken ct)
    {
        var options = new BlobDownloadOptions
        {
            Range = new HttpRange(from, bytes),
            Conditions = new BlobRequestConditions { IfMatch = new ETag(facts.ETag) },
        };
        try
        {
            return (await BlobOf(facts.Key).DownloadStreamingAsync(options, ct).ConfigureAwait(false)).Value;
        }
        catch (RequestFailedException missing) when (AzureFailures.IsMissing(missing))
        {
            throw new CorruptDataException(PlaceOf(facts.Key), "no object", "the blob that was written", missing);
        }
        catch (RequestFailedException replaced) when (AzureFailures.IsUnmet(replaced) || replaced.Status == 416)
        {
            throw new StorageFailedException(PlaceOf(facts.Key), $"the object was replaced while it was read (its ETag is no longer {facts.ETag}). Nothing of "
                + "it is used; find out who writes there, then start again.", isTransient: false, replaced);
        }
    }

    private BlockBlobClient BlobOf(string key) => connection.Container.GetBlockBlobClient(place.Prefix + key);

    private string PlaceOf(string key) => $"az://{place.Bucket}/{place.Prefix}{key}";
}
