namespace BatchEngine.Domain;

/// <summary>One key in, one decision out; never a silent default score. Immutable; match it exhaustively.</summary>
public abstract record RouteDecision
{
    private RouteDecision()
    {
    }

    /// <summary>The stored prediction, fresh and predictable.</summary>
    public sealed record Hit(Prediction Prediction, Provenance Provenance) : RouteDecision;

    /// <summary>Scored live, because of <paramref name="Reason"/>.</summary>
    public sealed record Fallback(RouteReason Reason, Prediction Prediction, Provenance Provenance) : RouteDecision;

    /// <summary>A stored prediction that breaks the contract as <paramref name="Reason"/> says, because no live answer could be had as
    /// <paramref name="WhyNotLive"/> says.</summary>
    public sealed record Degraded(RouteReason Reason, RouteReason WhyNotLive, Prediction Prediction, Provenance Provenance) : RouteDecision;

    /// <summary>No prediction: <paramref name="Reason"/> asked for a live answer and <paramref name="Detail"/> says why there is none.</summary>
    public sealed record Refused(RouteReason Reason, RouteReason WhyNotLive, string Detail) : RouteDecision;
}
