namespace BatchEngine.Domain;

/// <summary>Something that can be rented: instance type, zone and how it is paid for.</summary>
/// <param name="Provider">"local", "ec2", "azure" or "kubernetes".</param>
/// <param name="InstanceType">The provider's name for the machine; "this-machine" for local.</param>
/// <param name="Zone">The zone or region; "local" for local.</param>
/// <param name="Purchase">Spot or on-demand.</param>
public sealed record Offering(string Provider, string InstanceType, string Zone, PurchaseOption Purchase)
{
    /// <summary>This machine, on-demand.</summary>
    public static Offering Local { get; } = new("local", "this-machine", "local", PurchaseOption.OnDemand);

    /// <summary>"provider/type/zone/purchase" in lower case.</summary>
    public override string ToString() => $"{Provider}/{InstanceType}/{Zone}/{(Purchase == PurchaseOption.Spot ? "spot" : "on-demand")}";
}
