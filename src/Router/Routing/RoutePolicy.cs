using BatchEngine.Domain;

namespace BatchEngine.Router.Routing;

/// <summary>Whether a stored prediction keeps its contract. Pure.</summary>
public static class RoutePolicy
{
    /// <summary>How far two machines' clocks may differ: a snapshot that is true later than this from now stands for a time that has not come, and is not
    /// fresh.</summary>
    public static readonly TimeSpan MaxClockSkew = TimeSpan.FromMinutes(5);

    /// <summary>Fresh when the stored prediction may be answered as it is, else the first reason against it: no snapshot, no key, stale, low confidence. A
    /// model that gives no confidence is never unsure.</summary>
    /// <param name="contract">What applications may expect.</param>
    /// <param name="hasSnapshot">Whether a snapshot is served.</param>
    /// <param name="stored">The stored prediction; null means that the key is not in the snapshot.</param>
    /// <param name="age">Now minus the snapshot's as-of; negative beyond <see cref="MaxClockSkew"/> is stale under every contract.</param>
    public static RouteReason Judge(ServingContract contract, bool hasSnapshot, Prediction? stored, TimeSpan age)
    {
        if (!hasSnapshot)
            return RouteReason.NoSnapshot;
        if (stored is null)
            return RouteReason.KeyMissing;
        if (age < -MaxClockSkew || (contract.MaxAge is { } maxAge && age > maxAge))
            return RouteReason.Stale;
        return contract.MinConfidence is { } min && stored.Confidence.TryGet(out var confidence) && !IsSure(confidence, min) ? RouteReason.LowConfidence
            : RouteReason.Fresh;
    }

    // As float32, the precision of what is stored: 7 of 10 trees are exactly 0.7 then. A confidence that is no number is not sure.
    private static bool IsSure(float confidence, double min) => confidence >= (float)min;
}
