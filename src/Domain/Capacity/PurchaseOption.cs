namespace BatchEngine.Domain;

/// <summary>How an instance is paid for.</summary>
public enum PurchaseOption
{
    /// <summary>At the list price, never taken away.</summary>
    OnDemand,

    /// <summary>At the spot price, may be taken away at short notice.</summary>
    Spot,
}
