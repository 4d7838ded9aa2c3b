using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using Amazon.S3;
using Amazon.S3.Model;
using BatchEngine.Domain;
using BatchEngine.Storage.Blobs.Remote;

namespace BatchEngine.Storage.Blobs.S3;

/// <summary>A multipart upload. Parts may be sent at once.</summary>
internal sealed class S3Upload : IObjectUpload
{
    /// <summary>S3 takes no more parts.</summary>
    private const int MostParts = 10_000;
    private const string MarkName = "upload";
    private const int MarkBytes = 16;
    private readonly S3Connection _connection;
    private readonly (string Key, string Place, string Mark, string Id) _upload;
    private readonly ConcurrentDictionary<int, PartETag> _parts = new();

    private S3Upload(S3Connection connection, string key, string place, string mark, string id)
    {
        _connection = connection;
        _upload = (key, place, mark, id);
    }

    /// <summary>Starts it. The object will carry a mark, so that a completion whose answer was lost is recognised.</summary>
    public static async Task<IObjectUpload> StartAsync(S3Connection connection, string key, string place, CancellationToken ct)
    {
        var mark = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(MarkBytes));
        var request = new InitiateMultipartUploadRequest
        {
            BucketName = connection.Bucket,
            Key = key,
            ChecksumAlgorithm = ChecksumAlgorithm.CRC32,
            ChecksumType = ChecksumType.COMPOSITE,
        };
        request.Metadata[MarkName] = mark;
        var started = await connection.AskAsync(place, (client, token) => client.InitiateMultipartUploadAsync(request, token), ct).ConfigureAwait(false);
        return new S3Upload(connection, key, place, mark, started.UploadId);
    }

    /// <summary>Gives up an upload; one that is gone already is no failure.</summary>
    public static Task AbortAsync(S3Connection connection, string key, string id, string place, CancellationToken ct) =>
        connection.AskAsync(place, async (client, token) =>
        {
            try
            {
                await client.AbortMultipartUploadAsync(new AbortMultipartUploadRequest { BucketName = connection.Bucket, Key = key, UploadId = id }, token)
                    .ConfigureAwait(false);
            }
            catch (AmazonS3Exception gone) when (gone.ErrorCode == "NoSuchUpload")
            {
                // Somebody else gave it up.
            }
            return true;
        }, ct);

    /// <inheritdoc/>
    public async Task SendAsync(int number, ReadOnlyMemory<byte> content, CancellationToken ct)
    {
        if (number > MostParts)
            throw new StorageFailedException(_upload.Place, string.Create(CultureInfo.InvariantCulture,
                $"it is longer than {MostParts} parts of {content.Length} bytes. Raise objectStore.partBytes."), isTransient: false);
        var crc = S3Container.Crc(content.Span);
        var sent = await _connection.AskAsync(_upload.Place, async (client, token) =>
        {
            using var body = new MemoryReadStream(content);
            return await client.UploadPartAsync(new UploadPartRequest
            {
                BucketName = _connection.Bucket,
                Key = _upload.Key,
                UploadId = _upload.Id,
                PartNumber = number,
                PartSize = content.Length,
                InputStream = body,
                UseChunkEncoding = false,
                ChecksumCRC32 = crc,
            }, token).ConfigureAwait(false);
        }, ct).ConfigureAwait(false);
        _parts[number] = new PartETag(number, sent.ETag) { ChecksumCRC32 = crc };
    }

    /// <inheritdoc/>
    public async Task CompleteAsync(long bytes, ulong checksum, CancellationToken ct)
    {
        await _connection.AskAsync(_upload.Place, CompleteOnceAsync, ct).ConfigureAwait(false);
        var seen = await LookAsync(ct).ConfigureAwait(false);
        if (seen is null || seen.ContentLength != bytes)
            throw new StorageFailedException(_upload.Place, string.Create(CultureInfo.InvariantCulture,
                $"{bytes} bytes were written and the store shows {seen?.ContentLength ?? 0}. Look who else writes there, then resume."), isTransient: true);
    }

    /// <inheritdoc/>
    public async Task AbortAsync(CancellationToken ct)
    {
        try
        {
            await AbortAsync(_connection, _upload.Key, _upload.Id, _upload.Place, ct).ConfigureAwait(false);
        }
        catch (Exception e) when (e is StorageFailedException or OperationCanceledException)
        {
            // The sweeper gives it up later; the failure that led here is the one to report.
        }
    }

    private async Task<bool> CompleteOnceAsync(AmazonS3Client client, CancellationToken ct)
    {
        try
        {
            await client.CompleteMultipartUploadAsync(new CompleteMultipartUploadRequest
            {
                BucketName = _connection.Bucket,
                Key = _upload.Key,
                UploadId = _upload.Id,
                PartETags = [.. _parts.OrderBy(p => p.Key).Select(p => p.Value)],
            }, ct).ConfigureAwait(false);
            return true;
        }
        catch (AmazonS3Exception gone) when (gone.ErrorCode == "NoSuchUpload")
        {
            // An earlier try was carried out and its answer lost: then the object carries our mark.
            if (await LookAsync(ct).ConfigureAwait(false) is { } there && there.Metadata[MarkName] == _upload.Mark)
                return true;
            throw;
        }
    }

    private Task<GetObjectMetadataResponse?> LookAsync(CancellationToken ct) => _connection.AskAsync(_upload.Place, async (client, token) =>
    {
        try
        {
            return await client.GetObjectMetadataAsync(new GetObjectMetadataRequest { BucketName = _connection.Bucket, Key = _upload.Key }, token)
                .ConfigureAwait(false);
        }
        catch (AmazonS3Exception missing) when (S3Failures.IsMissing(missing))
        {
            return null;
        }
    }, ct);
}
