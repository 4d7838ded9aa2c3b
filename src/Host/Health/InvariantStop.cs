using BatchEngine.Domain;

namespace BatchEngine.Host.Health;

/// <summary>Ends the program when an invariant is broken: a wrong number is worse than no answer. Safe for many threads.</summary>
internal sealed class InvariantStop(IHostApplicationLifetime lifetime, ILogger<InvariantStop> log)
{
    private InvariantBrokenException? _broken;

    /// <summary>The first broken invariant; null means that none was seen.</summary>
    public InvariantBrokenException? Broken => Volatile.Read(ref _broken);

    /// <summary>Begins to stop the program when the failure is a broken invariant, or was caused by one; does nothing for any other.</summary>
    public void StopIfBroken(Exception failure)
    {
        for (var cause = failure; cause is not null; cause = cause.InnerException)
        {
            if (cause is not InvariantBrokenException broken)
                continue;
            if (Interlocked.CompareExchange(ref _broken, broken, null) is null)
                ServeEvents.InvariantBroken(log, broken.Message);
            lifetime.StopApplication();
            return;
        }
    }
}
