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

    /// <summary>Something of which nobody said what it is rented as: it has no price.</summary>
    public static Offering Unknown { get; } = new("unknown", "unknown", "unknown", PurchaseOption.OnDemand);

    /// <summary>Reads what <see cref="ToString"/> writes; null means that the text is no offering.</summary>
    public static Offering? Parse(string text) => text.Split('/') is [{ Length: > 0 } provider, { Length: > 0 } type, { Length: > 0 } zone, var purchase]
        && Array.IndexOf(Purchases, purchase) is >= 0 and var option
        ? new Offering(provider, type, zone, (PurchaseOption)option) : null;

    // By the numbers of the options.
    private static readonly string[] Purchases = ["on-demand", "spot"];

    /// <summary>The part of its time for which each of so many workers on it is billed: an hour of this machine is priced by the core, an hour of a rented one
    /// as a whole.</summary>
    public double ShareOf(int workers) => this == Local ? 1 : 1.0 / Math.Max(1, workers);

    /// <summary>"provider/type/zone/purchase" in lower case.</summary>
    public override string ToString() => $"{Provider}/{InstanceType}/{Zone}/{Purchases[(int)Purchase]}";
}
