using BatchEngine.Domain;

namespace BatchEngine.Scheduler.Workers;

/// <summary>Why a sealer ended. Match it exhaustively.</summary>
/// <param name="UnitsSealed">Units that this sealer finished.</param>
public abstract record SealOutcome(int UnitsSealed)
{
    /// <summary>Every partition of the run has its segment.</summary>
    public sealed record AllDone(int UnitsSealed) : SealOutcome(UnitsSealed);

    /// <summary>It was asked to leave and holds no lease any more.</summary>
    public sealed record Drained(int UnitsSealed) : SealOutcome(UnitsSealed);

    /// <summary>Something was found, by this sealer or another, that stops the run; its coordinator ends it.</summary>
    public sealed record Stopped(int UnitsSealed) : SealOutcome(UnitsSealed);

    /// <summary>Every unit that is left is held by others, and it did not wait for one.</summary>
    public sealed record NoneFree(int UnitsSealed) : SealOutcome(UnitsSealed);

    /// <summary>The run is not being sealed.</summary>
    /// <param name="UnitsSealed">Units that this sealer finished.</param>
    /// <param name="State">Where the run is.</param>
    public sealed record RunClosed(int UnitsSealed, RunState State) : SealOutcome(UnitsSealed);
}
