namespace BatchEngine.Storage.Database.Ledger;

/// <summary>What of some usage is settled once its ledger entries are written.</summary>
/// <param name="Priced">The usages whose standing entries all have a price: they are not looked at again.</param>
/// <param name="Unpriced">The usages of which an entry has none: they are tried again when a price sheet changes.</param>
/// <param name="PricesRead">The newest reading of prices that was known (<see cref="PriceReadings.NewestAsync"/>).</param>
public sealed record UsageSettlement(IReadOnlyList<string> Priced, IReadOnlyList<string> Unpriced, long PricesRead)
{
    /// <summary>Nothing is said of any usage.</summary>
    public static UsageSettlement None { get; } = new([], [], 0);
}
