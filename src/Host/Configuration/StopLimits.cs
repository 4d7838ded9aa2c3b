namespace BatchEngine.Host.Configuration;

/// <summary>How `serve` ends when it is asked to.</summary>
/// <param name="Drain">How long it still answers while readiness fails and every answer ends its connection; default 2 seconds.</param>
/// <param name="Within">How long all of it takes at most, draining included; default 15 seconds.</param>
public sealed record StopLimits(TimeSpan Drain, TimeSpan Within)
{
    /// <summary>2 and 15 seconds.</summary>
    public static StopLimits Default { get; } = new(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(15));

    /// <summary>What is left for stopping itself; never less than a second, so a longer draining is cut.</summary>
    internal TimeSpan AfterDrain => Within - EffectiveDrain;

    /// <summary>The draining that leaves a second for the rest.</summary>
    internal TimeSpan EffectiveDrain => Drain <= Within - s_least ? Drain : Within - s_least;

    private static readonly TimeSpan s_least = TimeSpan.FromSeconds(1);

    // The command line ends the process by force after 30 seconds.
    internal static TimeSpan MostWithin { get; } = TimeSpan.FromSeconds(25);
}
