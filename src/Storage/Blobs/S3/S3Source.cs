using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using Amazon.S3;
using Amazon.S3.Model;
using BatchEngine.Domain;
using BatchEngine.Storage.Objects;

namespace BatchEngine.Storage.Blobs.S3;

/// <summary>The objects of others in an S3 bucket. Thread-safe.</summary>
/// <param name="connection">The bucket; it is disposed with this.</param>
internal sealed class S3Source(S3Connection connection) : IObjectSource, IDisposable
{
    /// <inheritdoc/>
    public async IAsyncEnumerable<ObjectEntry> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken ct)
    {
        var request = new ListObjectsV2Request { BucketName = connection.Bucket, Prefix = prefix, Encoding = EncodingType.Url };
        do
        {
            var page = await connection.AskAsync(PlaceOf(prefix), (client, token) => client.ListObjectsV2Async(request, token), ct).ConfigureAwait(false);
            foreach (var found in page.S3Objects ?? [])
            {
                var key = page.Encoding == EncodingType.Url ? WebUtility.UrlDecode(found.Key) : found.Key;
                yield return new ObjectEntry(key, found.Size ?? 0, Bare(found.ETag),
                    found.LastModified is { } at ? new DateTimeOffset(at.ToUniversalTime()) : default);
            }
            request.ContinuationToken = page.IsTruncated == true ? page.NextContinuationToken : null;
        }
        while (request.ContinuationToken is not null);
    }

    /// <inheritdoc/>
    public async Task<string?> ReadAsync(string key, string eTag, long from, Memory<byte> into, CancellationToken ct)
    {
        if (into.Length == 0)
            return eTag;
        var done = 0;
        return await connection.AskAsync(PlaceOf(key), async (client, token) =>
        {
            // What came before a cut is kept: the next try asks for the rest.
            var request = new GetObjectRequest
            {
                BucketName = connection.Bucket,
                Key = key,
                ByteRange = new ByteRange(from + done, from + into.Length - 1),
                EtagToMatch = $"\"{eTag}\"",
            };
            try
            {
                using var answer = await client.GetObjectAsync(request, token).ConfigureAwait(false);
                // Some stores take no notice of the condition or of the range.
                if (Bare(answer.ETag) != eTag)
                    return Bare(answer.ETag);
                if (answer.ContentLength != into.Length - done)
                {
                    throw new StorageFailedException(PlaceOf(key), string.Create(CultureInfo.InvariantCulture,
                        $"{into.Length - done} bytes from {from + done} were asked for and {answer.ContentLength} came. The store must answer ranges."),
                        isTransient: false);
                }
                while (done < into.Length)
                {
                    var count = await answer.ResponseStream.ReadAsync(into[done..], token).ConfigureAwait(false);
                    done += count > 0 ? count
                        : throw new EndOfStreamException(FormattableString.Invariant($"the answer ended after {done} of {into.Length} bytes"));
                }
                return eTag;
            }
            catch (AmazonS3Exception missing) when (S3Failures.IsMissing(missing))
            {
                return null;
            }
            catch (AmazonS3Exception replaced) when (S3Failures.IsUnmet(replaced) || replaced.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
            {
                return await SeenAsync(client, key, token).ConfigureAwait(false);
            }
        }, ct).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => connection.Dispose();

    private async Task<string?> SeenAsync(AmazonS3Client client, string key, CancellationToken ct)
    {
        try
        {
            var found = await client.GetObjectMetadataAsync(new GetObjectMetadataRequest { BucketName = connection.Bucket, Key = key }, ct)
                .ConfigureAwait(false);
            return Bare(found.ETag);
        }
        catch (AmazonS3Exception missing) when (S3Failures.IsMissing(missing))
        {
            return null;
        }
    }

    private static string Bare(string? eTag) => eTag?.Trim('"') ?? "";

    private string PlaceOf(string key) => $"s3://{connection.Bucket}/{key}";
}
