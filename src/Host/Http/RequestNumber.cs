namespace BatchEngine.Host.Http;

/// <summary>What a failed request is called in its answer and in the log, so that one is found by the other. Stateless.</summary>
internal static class RequestNumber
{
    /// <summary>The header by which a caller may name its request, and by which a failed one is told its name.</summary>
    public const string Header = "X-Request-Id";

    private const int MaxLength = 64;

    /// <summary>The caller's own name, when it is 1 to 64 letters, digits and any of . _ : -; else the web server's.</summary>
    public static string Of(HttpContext context)
    {
        string? given = context.Request.Headers[Header];
        return given is { Length: > 0 and <= MaxLength } && given.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or ':' or '-') ? given
            : context.TraceIdentifier;
    }
}
