using System.Diagnostics.CodeAnalysis;
using BatchEngine.Domain;

namespace BatchEngine.Storage.Objects;

/// <summary>The name of an object, or of all whose keys begin with the same text: <c>s3://bucket/key</c> or <c>az://container/key</c>. Compared by
/// value.</summary>
/// <remarks>What stands behind the bucket's slash is the key as it is: nothing in it is decoded, so keys may have spaces and '%', '+', '#'.</remarks>
/// <param name="Scheme">"s3" or "az".</param>
/// <param name="Container">The bucket or container.</param>
/// <param name="Key">The key or pattern; may be empty.</param>
public sealed record ObjectUri(string Scheme, string Container, string Key)
{
    private const string Separator = "://";
    private const string Known = "s3://bucket/key, az://container/key or a path of this machine";

    private static readonly string[] s_schemes = ["s3", "az"];

    /// <summary>Whether the text is a URI and no path: "://" behind a word.</summary>
    public static bool IsOne([NotNullWhen(true)] string? text) =>
        text is not null && text.IndexOf(Separator, StringComparison.Ordinal) is > 0 and var at && !text.AsSpan(0, at).ContainsAny('/', '*', '?');

    /// <summary>Reads a URI.</summary>
    /// <param name="text">The URI.</param>
    /// <param name="place">Where it was written, for the error.</param>
    /// <exception cref="BadInputException">The scheme is not known, there is no bucket, or it holds a password.</exception>
    public static ObjectUri Parse(string text, string place)
    {
        var at = text.IndexOf(Separator, StringComparison.Ordinal);
        var (scheme, rest) = at < 0 ? ("", text) : (text[..at].ToLowerInvariant(), text[(at + Separator.Length)..]);
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        var (container, key) = slash < 0 ? (rest, "") : (rest[..slash], rest[(slash + 1)..]);
        // What may be a password is not repeated.
        if (container.Contains('@', StringComparison.Ordinal))
        {
            throw new BadInputException(place, $"credentials in a URI ({scheme}{Separator}...@{container[(container.LastIndexOf('@') + 1)..]})",
                "a URI without credentials", "URIs are written into plans, reports and logs: remove what stands before '@', and give the credentials by "
                + "environment variables, a profile or the machine's role.");
        }
        if (!s_schemes.Contains(scheme))
        {
            throw new BadInputException(place, $"a URI that begins with '{scheme}{Separator}'", Known, scheme is "s3a" or "s3n"
                ? $"Write s3{Separator} in place of {scheme}{Separator}."
                : "Copy the files to such a store or to this machine, and name them there.");
        }
        if (container.Length == 0 || container.AsSpan().ContainsAny("*?{}:"))
            throw new BadInputException(place, $"'{text}'", Known, "Name one bucket, in full: patterns can only stand behind it.");
        return new ObjectUri(scheme, container, key);
    }

    /// <summary>The bucket or container: "s3://bucket".</summary>
    public string Place => $"{Scheme}{Separator}{Container}";

    /// <summary>Another object of the same bucket.</summary>
    public ObjectUri With(string key) => this with { Key = key };

    /// <inheritdoc/>
    public override string ToString() => $"{Place}/{Key}";
}
