namespace BatchEngine.Domain;

/// <summary>What applications may expect of look-ups.</summary>
/// <param name="Name">The name in the URL; default the job's name.</param>
/// <param name="MaxAge">Older predictions are stale; null means no limit.</param>
/// <param name="MinConfidence">Less confident predictions are scored in real time; null means no limit.</param>
/// <param name="Realtime">Whether missing, stale or unsure cases may be scored in real time.</param>
/// <param name="MaxConcurrentRealtime">The most real-time scorings at once; more are refused as overloaded.</param>
/// <param name="RealtimeDeadline">A real-time answer later than this is a failure.</param>
public sealed record ServingContract(string Name, TimeSpan? MaxAge, double? MinConfidence, bool Realtime, int MaxConcurrentRealtime, TimeSpan RealtimeDeadline)
{
    /// <summary>The job that served under the name until now, so that this one may take its place: a job that was renamed, or replaced. Default null: only a
    /// name of its own.</summary>
    public string? FormerJob { get; init; }

    /// <summary>Whether the snapshot that served before answers, with an alarm, when the current one cannot be opened; default no: then look-ups are refused
    /// until it can.</summary>
    public bool FallsBack { get; init; }

    /// <summary>No age or confidence limit, real-time scoring on, 64 at once, within 250 ms.</summary>
    public static ServingContract Default(string name) => new(name, null, null, true, 64, TimeSpan.FromMilliseconds(250));
}
