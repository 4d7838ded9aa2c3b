namespace BatchEngine.Domain;

/// <summary>A coordinator wrote under a lead that is no longer its own: another process leads the run. It must stop; nothing of the write was kept.</summary>
public sealed class LeadLostException : BatchEngineException
{
    /// <summary>Creates the failure.</summary>
    /// <param name="lead">The lead that was held.</param>
    public LeadLostException(Lead lead)
        : base($"Run {lead.Run}: lead {lead.Fence} is no longer the newest, another process leads the run. This one stops.", isTransient: false) => Lead = lead;

    /// <summary>The lead that was held.</summary>
    public Lead Lead { get; }
}
