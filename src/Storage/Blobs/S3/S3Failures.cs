using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.S3;
using BatchEngine.Storage.Blobs.Remote;

namespace BatchEngine.Storage.Blobs.S3;

/// <summary>What the refusals of an S3 store mean, in the words of the product.</summary>
internal static partial class S3Failures
{
    /// <summary>Whether the store says that the credentials have run out.</summary>
    public static bool IsExpired(Exception failure) => Code(failure) is "ExpiredToken" or "ExpiredTokenException" or "TokenRefreshRequired";

    /// <summary>Whether the store says that there is no such object.</summary>
    public static bool IsMissing(AmazonS3Exception failure) =>
        failure.StatusCode == HttpStatusCode.NotFound && failure.ErrorCode is not ("NoSuchBucket" or "NoSuchUpload");

    /// <summary>Whether a condition of the request did not hold.</summary>
    public static bool IsUnmet(AmazonS3Exception failure) => failure.StatusCode == HttpStatusCode.PreconditionFailed;

    /// <summary>Whether the store does not know the request at all.</summary>
    public static bool IsUnknownRequest(AmazonS3Exception failure) =>
        failure.StatusCode is HttpStatusCode.NotImplemented or HttpStatusCode.MethodNotAllowed;

    /// <summary>Whether trying again can help.</summary>
    public static Retriable Judge(Exception failure) => failure switch
    {
        AmazonServiceException { StatusCode: HttpStatusCode.NotImplemented or HttpStatusCode.InsufficientStorage } => Retriable.No,
        AmazonServiceException
        {
            ErrorCode: "RequestTimeout" or "SlowDown" or "BadDigest" or "XAmzContentChecksumMismatch" or "IncompleteBody"
            or "ConditionalRequestConflict" or "OperationAborted"
        } => Retriable.Yes,
        AmazonServiceException service when (int)service.StatusCode is 429 or >= 500 => Retriable.Yes,
        AmazonServiceException service when (int)service.StatusCode >= 300 => Retriable.No,
        _ => NetworkFailures.Judge(failure),
    };

    /// <summary>What the failure means and what to do.</summary>
    /// <param name="failure">What the SDK said.</param>
    /// <param name="now">The time of this machine.</param>
    public static string Explain(Exception failure, DateTimeOffset now) => failure switch
    {
        _ when IsExpired(failure) => $"the credentials have expired ({Said(failure)}) and the chain that found them has no newer ones. Sign in again, or use a "
            + "role that renews itself; then resume.",
        AmazonServiceException { ErrorCode: "RequestTimeTooSkewed" } => Skew(failure, now),
        AmazonServiceException { ErrorCode: "NoSuchBucket" } =>
            $"there is no such bucket ({Said(failure)}). Create it, or correct the name in the configuration.",
        AmazonServiceException { ErrorCode: "NoSuchUpload" } =>
            $"the unfinished upload is gone ({Said(failure)}). A sweep or a rule of the bucket gave it up; let "
            + "both wait longer than a writer takes, then resume.",
        AmazonServiceException { ErrorCode: "InvalidAccessKeyId" or "SignatureDoesNotMatch" or "InvalidToken" } =>
            $"the credentials are not accepted ({Said(failure)}). Look at AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or at the profile or role that is used.",
        AmazonServiceException service when RegionOf(service) is { } region =>
            $"the bucket lies in the region {region} ({Said(failure)}). Set objectStore.region: {region}.",
        AmazonServiceException { StatusCode: HttpStatusCode.MovedPermanently or HttpStatusCode.TemporaryRedirect } =>
            $"the bucket lies elsewhere ({Said(failure)}). Set objectStore.region to the region of the bucket.",
        AmazonServiceException { StatusCode: HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized } => $"access is denied ({Said(failure)}). Give the "
            + "credentials s3:GetObject, s3:PutObject, s3:DeleteObject, s3:AbortMultipartUpload on the objects and s3:ListBucket, "
            + "s3:ListBucketMultipartUploads on the bucket.",
        AmazonServiceException { StatusCode: HttpStatusCode.InsufficientStorage } => $"the store is full ({Said(failure)}). Make room, then resume.",
        AmazonServiceException { ErrorCode: "BadDigest" or "XAmzContentChecksumMismatch" } =>
            $"the bytes that arrived are not those that were sent ({Said(failure)}). Nothing is visible; look at the network in between.",
        AmazonServiceException service => string.Create(CultureInfo.InvariantCulture,
            $"the store answered {(int)service.StatusCode} ({Said(failure)}). Look at the store, then resume."),
        AmazonClientException when !NetworkFailures.IsOne(failure) =>
            $"no credentials were found, or they cannot be used ({failure.Message}). Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile or a role.",
        _ => NetworkFailures.Explain(failure),
    };

    // What the answer says besides its code is only in its headers, and in the sentence.
    private static string Skew(Exception failure, DateTimeOffset now)
    {
        var by = DateTimeOffset.TryParse(Header(failure, "Date"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var server)
            ? string.Create(CultureInfo.InvariantCulture,
                $"{(now > server ? "ahead of" : "behind")} the store's by {(now - server).Duration().TotalSeconds:0} s")
            : "off by more than the store allows";
        return $"the clock of this machine is {by} ({Said(failure)}). Set it right (NTP), then resume.";
    }

    private static string? RegionOf(AmazonServiceException failure)
    {
        if ((int)failure.StatusCode is not (301 or 307 or 400))
            return null;
        return Header(failure, "x-amz-bucket-region") is { Length: > 0 } region ? region
            : ExpectedRegion().Match(failure.Message) is { Success: true } match ? match.Groups[1].Value : null;
    }

    private static string? Header(Exception failure, string name) =>
        NetworkFailures.Find<HttpErrorResponseException>(failure)?.Response is { } response && response.IsHeaderPresent(name) ? response.GetHeaderValue(name)
            : null;

    private static string Said(Exception failure) =>
        Code(failure) is { Length: > 0 } code ? $"{code}: {failure.Message.TrimEnd('.')}" : failure.Message.TrimEnd('.');

    private static string? Code(Exception failure) => (failure as AmazonServiceException)?.ErrorCode;

    [GeneratedRegex("expecting '([a-z0-9-]+)'")]
    private static partial Regex ExpectedRegion();
}
