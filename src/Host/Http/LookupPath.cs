using System.Text;
using System.Text.Unicode;
using BatchEngine.Domain;
using Microsoft.AspNetCore.Http.Features;

namespace BatchEngine.Host.Http;

/// <summary>Reads serving name and key from a request's target as it was sent, and decodes each exactly once. Stateless.</summary>
/// <remarks>The path of the web server cannot be used: it leaves %2F as it is and decodes %25, so that a%2Fb and a%252Fb look alike in it.</remarks>
internal static class LookupPath
{
    private const int NamePart = 3;
    private const int KeyPart = 4;

    /// <summary>The name and the key of /v1/predictions/NAME/KEY.</summary>
    /// <exception cref="RequestProblemException">The path has more parts.</exception>
    /// <exception cref="BadInputException">A part is no percent-encoded text.</exception>
    public static (string Name, string Key) NameAndKey(HttpContext context)
    {
        Span<Range> parts = stackalloc Range[KeyPart + 2];
        var path = PathOf(context, parts, KeyPart);
        return (Decode(path[parts[NamePart]], "name"), Decode(path[parts[KeyPart]], "key"));
    }

    /// <summary>The name of /v1/predictions/NAME.</summary>
    /// <exception cref="RequestProblemException">The path has more parts.</exception>
    /// <exception cref="BadInputException">It is no percent-encoded text.</exception>
    public static string Name(HttpContext context)
    {
        Span<Range> parts = stackalloc Range[NamePart + 2];
        var path = PathOf(context, parts, NamePart);
        return Decode(path[parts[NamePart]], "name");
    }

    // The web server has matched the normalised path; one that was sent with more parts had dots or a slash at its end.
    private static ReadOnlySpan<char> PathOf(HttpContext context, Span<Range> parts, int last)
    {
        ReadOnlySpan<char> target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (target.IsEmpty || target[0] != '/')
        {
            // http://host/path, which a proxy may send.
            var host = target.IndexOf("://", StringComparison.Ordinal);
            var slash = host < 0 ? -1 : target[(host + 3)..].IndexOf('/');
            target = slash < 0 ? [] : target[(host + 3 + slash)..];
        }
        var query = target.IndexOf('?');
        var path = query < 0 ? target : target[..query];
        return path.Split(parts, '/') == last + 1 ? path
            : throw new RequestProblemException(StatusCodes.Status404NotFound,
                $"{path}: there is no such page. In a name or key write a slash as %2F; send the keys '.' and '..' by POST.");
    }

    private static string Decode(ReadOnlySpan<char> written, string place)
    {
        if (!written.Contains('%'))
            return written.ToString();
        // No longer than the target, whose length the web server limits.
        var bytes = new byte[written.Length];
        var count = 0;
        for (var i = 0; i < written.Length; i++)
        {
            if (written[i] != '%')
            {
                bytes[count++] = (byte)written[i];
                continue;
            }
            if (i + 2 >= written.Length || !char.IsAsciiHexDigit(written[i + 1]) || !char.IsAsciiHexDigit(written[i + 2]))
                throw NoText(written, place);
            bytes[count++] = Convert.FromHexString(written.Slice(i + 1, 2))[0];
            i += 2;
        }
        return Utf8.IsValid(bytes.AsSpan(0, count)) ? Encoding.UTF8.GetString(bytes, 0, count) : throw NoText(written, place);
    }

    private static BadInputException NoText(ReadOnlySpan<char> written, string place) =>
        new(place, $"'{written}'", "percent-encoded UTF-8", "Encode each part of the path once, a percent sign as %25.");
}
