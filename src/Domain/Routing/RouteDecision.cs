namespace BatchEngine.Domain;

/// <summary>One key in, one decision out; never a silent default score. Match it exhaustively.</summary>
public abstract record RouteDecision
{
    private RouteDecision()
    {
    }

    /// <summary>Where the answer comes from.</summary>
    public abstract AnswerSource Source { get; }

    /// <summary>The key as the snapshot writes it: 42 for "042". Null means that no snapshot says of which kind its keys are.</summary>
    public PredictionKey? Key { get; init; }

    /// <summary>Why that source answered.</summary>
    public RouteReason SourceReason => this switch
    {
        Hit => RouteReason.Fresh,
        Realtime scored => scored.Reason,
        Degraded stored => stored.Reason,
        Refused none => none.Reason,
        _ => throw new InvariantBrokenException("every decision has a reason", GetType().Name),
    };

    /// <summary>The stored prediction, fresh and predictable.</summary>
    public sealed record Hit(Prediction Prediction, Provenance Provenance) : RouteDecision
    {
        /// <inheritdoc/>
        public override AnswerSource Source => AnswerSource.Snapshot;
    }

    /// <summary>Scored in real time, because of <paramref name="Reason"/>.</summary>
    public sealed record Realtime(RouteReason Reason, Prediction Prediction, Provenance Provenance) : RouteDecision
    {
        /// <inheritdoc/>
        public override AnswerSource Source => AnswerSource.Realtime;
    }

    /// <summary>A stored prediction that breaks the contract as <paramref name="Reason"/> says, because no real-time answer could be had as
    /// <paramref name="WhyNotRealtime"/> says.</summary>
    public sealed record Degraded(RouteReason Reason, RouteReason WhyNotRealtime, Prediction Prediction, Provenance Provenance) : RouteDecision
    {
        /// <inheritdoc/>
        public override AnswerSource Source => AnswerSource.Degraded;
    }

    /// <summary>No prediction: <paramref name="Reason"/> asked for a real-time answer and <paramref name="Detail"/> says why there is none.</summary>
    public sealed record Refused(RouteReason Reason, RouteReason WhyNotRealtime, string Detail) : RouteDecision
    {
        /// <inheritdoc/>
        public override AnswerSource Source => AnswerSource.Refused;
    }
}
