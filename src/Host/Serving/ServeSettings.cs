namespace BatchEngine.Host.Serving;

/// <summary>What one `serve` does.</summary>
/// <param name="HttpUrl">Where HTTP/1.1 is answered; port 0 means any free one.</param>
/// <param name="Http2Url">Where HTTP/2 is answered, without TLS by prior knowledge; null means nowhere.</param>
/// <param name="JobsFolder">The folder of job files to schedule; null means that nothing is scheduled.</param>
internal sealed record ServeSettings(string HttpUrl, string? Http2Url = null, string? JobsFolder = null)
{
    /// <summary>Whether the data folder is new on purpose, so that readiness does not wait for its first run; default it is not.</summary>
    public bool IsInit { get; init; }
}
