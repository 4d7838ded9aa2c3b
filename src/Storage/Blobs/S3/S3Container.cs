using System.Globalization;
using System.IO.Hashing;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using Amazon.S3;
using Amazon.S3.Model;
using BatchEngine.Domain;
using BatchEngine.Storage.Blobs.Remote;

namespace BatchEngine.Storage.Blobs.S3;

/// <summary>Objects of an S3 bucket below a prefix. Thread-safe.</summary>
internal sealed class S3Container : IObjectContainer
{
    private readonly BucketPlace _place;
    private readonly S3Connection _connection;

    /// <summary>Uses a connection, which is disposed with this; nothing is asked of it yet.</summary>
    public S3Container(BucketPlace place, S3Connection connection) => (_place, _connection) = (place, connection);

    /// <inheritdoc/>
    public string Place => _place.ToString();

    /// <inheritdoc/>
    public Task<ObjectFacts?> FindAsync(string key, CancellationToken ct) => _connection.AskAsync(PlaceOf(key), async (client, token) =>
    {
        try
        {
            var found = await client.GetObjectMetadataAsync(new GetObjectMetadataRequest { BucketName = _place.Bucket, Key = KeyOf(key) }, token)
                .ConfigureAwait(false);
            return new ObjectFacts(key, found.ContentLength, found.ETag,
                At(found.LastModified))
            { Checksum = NotedChecksum.Read(found.Metadata[NotedChecksum.Name]) };
        }
        catch (AmazonS3Exception missing) when (S3Failures.IsMissing(missing))
        {
            return null;
        }
        catch (AmazonS3Exception refused) when ((int)refused.StatusCode is 301 or 400 or 403)
        {
            // An answer to HEAD has no body, so nothing says why; a GET is refused for the same reason and says it.
            await ReasonAsync(client, key, token).ConfigureAwait(false);
            throw;
        }
    }, ct);

    /// <inheritdoc/>
    public async Task ReadAsync(ObjectFacts facts, long from, Memory<byte> into, CancellationToken ct)
    {
        var done = 0;
        if (into.Length > 0)
        {
            await _connection.AskAsync(PlaceOf(facts.Key), async (client, token) =>
            {
                using var answer = await OpenAsync(client, facts, from + done, from + into.Length, token).ConfigureAwait(false);
                // What came before a cut is kept: the next try asks for the rest.
                while (done < into.Length)
                {
                    var count = await answer.ResponseStream.ReadAsync(into[done..], token).ConfigureAwait(false);
                    done += count > 0 ? count
                        : throw new EndOfStreamException(FormattableString.Invariant($"the answer ended after {done} of {into.Length} bytes"));
                }
                return done;
            }, ct).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public Task<bool> PutAsync(string key, ReadOnlyMemory<byte> content, ulong checksum, bool onlyIfAbsent, CancellationToken ct) =>
        _connection.AskAsync(PlaceOf(key), async (client, token) =>
        {
            using var body = new MemoryReadStream(content);
            var request = new PutObjectRequest
            {
                BucketName = _place.Bucket,
                Key = KeyOf(key),
                InputStream = body,
                AutoCloseStream = false,
                UseChunkEncoding = false,
                ChecksumCRC32 = Crc(content.Span),
                IfNoneMatch = onlyIfAbsent ? "*" : null,
            };
            request.Metadata[NotedChecksum.Name] = NotedChecksum.Spell(checksum);
            try
            {
                await client.PutObjectAsync(request, token).ConfigureAwait(false);
                return true;
            }
            catch (AmazonS3Exception there) when (onlyIfAbsent && S3Failures.IsUnmet(there))
            {
                return false;
            }
            catch (AmazonS3Exception unknown) when (onlyIfAbsent && unknown.StatusCode == HttpStatusCode.NotImplemented)
            {
                // The store knows no conditions and says so: as good as one that takes no notice of them.
                request.IfNoneMatch = null;
                body.Position = 0;
                await client.PutObjectAsync(request, token).ConfigureAwait(false);
                return true;
            }
        }, ct);

    /// <inheritdoc/>
    public Task<IObjectUpload> StartUploadAsync(string key, CancellationToken ct) => S3Upload.StartAsync(_connection, KeyOf(key), PlaceOf(key), ct);

    /// <inheritdoc/>
    public async IAsyncEnumerable<ObjectFacts> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken ct)
    {
        var request = new ListObjectsV2Request { BucketName = _place.Bucket, Prefix = KeyOf(prefix), Encoding = EncodingType.Url };
        string? last = null;
        do
        {
            var page = await _connection.AskAsync(PlaceOf(prefix), (client, token) => client.ListObjectsV2Async(request, token), ct).ConfigureAwait(false);
            foreach (var found in page.S3Objects ?? [])
            {
                var key = Decoded(found.Key, page.Encoding);
                if (!key.StartsWith(_place.Prefix, StringComparison.Ordinal))
                    continue;
                // The order is that of UTF-8, which is the ordinal one where both are ASCII.
                if (last is not null && (key == last || (string.CompareOrdinal(key, last) < 0 && Ascii.IsValid(key) && Ascii.IsValid(last))))
                    throw new StorageFailedException(PlaceOf(prefix), $"the store lists '{key}' after '{last}'. It must list by name.", isTransient: false);
                last = key;
                yield return new ObjectFacts(key[_place.Prefix.Length..], found.Size ?? 0, found.ETag, At(found.LastModified));
            }
            request.ContinuationToken = page.IsTruncated == true ? page.NextContinuationToken : null;
        }
        while (request.ContinuationToken is not null);
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string key, CancellationToken ct) => _connection.AskAsync(PlaceOf(key), async (client, token) =>
    {
        try
        {
            await client.DeleteObjectAsync(new DeleteObjectRequest { BucketName = _place.Bucket, Key = KeyOf(key) }, token).ConfigureAwait(false);
        }
        catch (AmazonS3Exception missing) when (S3Failures.IsMissing(missing))
        {
            // Some stores say so; it is gone either way.
        }
        return true;
    }, ct);

    /// <inheritdoc/>
    public async Task<int?> AbortUploadsAsync(DateTimeOffset before, CancellationToken ct)
    {
        var (count, request) = (0, new ListMultipartUploadsRequest { BucketName = _place.Bucket, Prefix = _place.Prefix });
        while (true)
        {
            var page = await _connection.AskAsync(Place, (client, token) => PageAsync(client, request, token), ct).ConfigureAwait(false);
            if (page is null)
                return null;
            foreach (var left in page.MultipartUploads ?? [])
            {
                if (left.Key.StartsWith(_place.Prefix, StringComparison.Ordinal) && At(left.Initiated) < before)
                {
                    await S3Upload.AbortAsync(_connection, left.Key, left.UploadId, $"s3://{_place.Bucket}/{left.Key}", ct).ConfigureAwait(false);
                    count++;
                }
            }
            if (page.IsTruncated != true)
                return count;
            (request.KeyMarker, request.UploadIdMarker) = (page.NextKeyMarker, page.NextUploadIdMarker);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();

    /// <summary>CRC-32 as the header carries it.</summary>
    public static string Crc(ReadOnlySpan<byte> content)
    {
        var value = Crc32.HashToUInt32(content);
        return Convert.ToBase64String([(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value]);
    }

    private async Task<GetObjectResponse> OpenAsync(AmazonS3Client client, ObjectFacts facts, long from, long toExclusive, CancellationToken ct)
    {
        var request = new GetObjectRequest
        {
            BucketName = _place.Bucket,
            Key = KeyOf(facts.Key),
            ByteRange = new ByteRange(from, toExclusive - 1),
            EtagToMatch = facts.ETag,
        };
        GetObjectResponse answer;
        try
        {
            answer = await client.GetObjectAsync(request, ct).ConfigureAwait(false);
        }
        catch (AmazonS3Exception missing) when (S3Failures.IsMissing(missing))
        {
            throw new CorruptDataException(PlaceOf(facts.Key), "no object", "the blob that was written", missing);
        }
        catch (AmazonS3Exception replaced) when (S3Failures.IsUnmet(replaced) || replaced.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            throw Replaced(facts, replaced);
        }
        // Some stores take no notice of the condition or of the range.
        if (answer.ETag != facts.ETag)
        {
            answer.Dispose();
            throw Replaced(facts, null);
        }
        if (answer.ContentLength != toExclusive - from)
        {
            var seen = answer.ContentLength;
            answer.Dispose();
            throw new StorageFailedException(PlaceOf(facts.Key), string.Create(CultureInfo.InvariantCulture,
                $"{toExclusive - from} bytes from {from} were asked for and {seen} came. The store must answer ranges."), isTransient: false);
        }
        return answer;
    }

    private StorageFailedException Replaced(ObjectFacts facts, Exception? inner) => new(PlaceOf(facts.Key),
        $"the object was replaced while it was read (its ETag is no longer {facts.ETag}). Nothing of it is used; find out who writes there, then start again.",
        isTransient: false, inner);

    private async Task ReasonAsync(AmazonS3Client client, string key, CancellationToken ct)
    {
        var request = new GetObjectRequest { BucketName = _place.Bucket, Key = KeyOf(key), ByteRange = new ByteRange(0, 0) };
        using var answer = await client.GetObjectAsync(request, ct).ConfigureAwait(false);
    }

    private static async Task<ListMultipartUploadsResponse?> PageAsync(AmazonS3Client client, ListMultipartUploadsRequest request, CancellationToken ct)
    {
        try
        {
            return await client.ListMultipartUploadsAsync(request, ct).ConfigureAwait(false);
        }
        catch (AmazonS3Exception unknown) when (S3Failures.IsUnknownRequest(unknown))
        {
            return null;
        }
    }

    // Keys of others may hold characters that XML cannot; the store then escapes all of them, as in a form.
    private static string Decoded(string key, EncodingType? encoding) => encoding == EncodingType.Url ? WebUtility.UrlDecode(key) : key;

    private static DateTimeOffset At(DateTime? time) => time is { } known ? new DateTimeOffset(known.ToUniversalTime()) : default;

    private string KeyOf(string key) => _place.Prefix + key;

    private string PlaceOf(string key) => $"s3://{_place.Bucket}/{KeyOf(key)}";
}
