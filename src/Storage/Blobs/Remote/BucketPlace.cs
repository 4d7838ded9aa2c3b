using BatchEngine.Domain;

namespace BatchEngine.Storage.Blobs.Remote;

/// <summary>Bucket and prefix, as "s3://bucket/prefix" says them.</summary>
/// <param name="Scheme">"s3" or "az".</param>
/// <param name="Bucket">The bucket, or container.</param>
/// <param name="Prefix">What every key starts with: empty, or ending in '/', so that "a/b" never takes what is of "a/bc".</param>
internal sealed record BucketPlace(string Scheme, string Bucket, string Prefix)
{
    private const int LeastBucket = 3, MostBucket = 63, MostPrefix = 400;

    /// <summary>The place as it is written.</summary>
    public override string ToString() => $"{Scheme}://{Bucket}/{Prefix}".TrimEnd('/');

    /// <summary>Reads it.</summary>
    /// <param name="text">As it is written.</param>
    /// <param name="writtenAt">Where, for the error.</param>
    /// <exception cref="BadInputException">It is not such a place.</exception>
    public static BucketPlace Parse(string text, string writtenAt = "blobs")
    {
        var (scheme, rest) = text.Split("://", 2) is [var before, var after] ? (before, after) : ("", text);
        var parts = rest.TrimEnd('/').Split('/');
        if (!IsBucket(parts[0]) || !parts.Skip(1).All(IsPart) || rest.Length > MostBucket + MostPrefix)
            throw new BadInputException(writtenAt, $"'{text}'",
                $"{scheme}://BUCKET or {scheme}://BUCKET/PREFIX, with a bucket of {LeastBucket} to {MostBucket} small letters, digits, '-' and '.', and a "
                    + "prefix whose parts are not empty and not '.' or '..'", "Write the bucket by its name; an address belongs into objectStore.endpoint.");
        return new BucketPlace(scheme, parts[0], parts.Length == 1 ? "" : string.Join('/', parts[1..]) + "/");
    }

    private static bool IsBucket(string text) => text.Length is >= LeastBucket and <= MostBucket
        && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '.') && char.IsAsciiLetterOrDigit(text[0]);

    private static bool IsPart(string part) => part.Length > 0 && part is not ("." or "..") && !part.Any(char.IsControl);
}
