namespace BatchEngine.Host.Serving;

/// <summary>What one serving process does: the roles that it has, and where it listens.</summary>
/// <param name="HttpUrl">Where HTTP/1.1 is answered; port 0 means any free one.</param>
/// <param name="Http2Url">Where HTTP/2 is answered, without TLS by prior knowledge; null means nowhere.</param>
/// <param name="JobsFolder">The folder of job files to schedule; null means that it is no scheduler.</param>
internal sealed record ServeSettings(string HttpUrl, string? Http2Url = null, string? JobsFolder = null)
{
    /// <summary>Whether the data folder is new on purpose, so that readiness does not wait for its first run; default it is not.</summary>
    public bool IsInit { get; init; }

    /// <summary>Whether it starts jobs by their schedules.</summary>
    public bool Schedules => JobsFolder is not null;

    /// <summary>Whether it answers look-ups; default it does.</summary>
    public bool Routes { get; init; } = true;

    /// <summary>Whether it scores in real time for the routers of other processes; default it does.</summary>
    public bool Scores { get; init; } = true;
}
