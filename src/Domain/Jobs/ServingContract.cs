namespace BatchEngine.Domain;

/// <summary>What applications may expect of look-ups. Immutable.</summary>
/// <param name="Name">The name in the URL; default the job's name.</param>
/// <param name="MaxAge">Older predictions are stale; null means no limit.</param>
/// <param name="MinConfidence">Less confident predictions are scored in real time; null means no limit.</param>
/// <param name="Realtime">Whether missing, stale or unsure cases may be scored in real time.</param>
/// <param name="MaxConcurrentRealtime">The most real-time scorings at once; more are refused as overloaded.</param>
/// <param name="RealtimeDeadline">A real-time answer later than this is a failure.</param>
public sealed record ServingContract(string Name, TimeSpan? MaxAge, double? MinConfidence, bool Realtime, int MaxConcurrentRealtime, TimeSpan RealtimeDeadline)
{
    /// <summary>No age or confidence limit, real-time scoring on, 64 at once, within 250 ms.</summary>
    public static ServingContract Default(string name) => new(name, null, null, true, 64, TimeSpan.FromMilliseconds(250));
}
