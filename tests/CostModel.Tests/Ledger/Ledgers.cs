using BatchEngine.Domain;

namespace BatchEngine.CostModel.Tests.Ledger;

/// <summary>Usage and prices for the money tests.</summary>
internal static class Ledgers
{
    internal static readonly DateTimeOffset Midnight = new(2026, 11, 23, 0, 0, 0, TimeSpan.Zero);
    internal static readonly RunId Run = new("churn", Midnight);
    internal static readonly Offering Spot = new("ec2", "c7i.large", "eu-central-1a", PurchaseOption.Spot);

    internal static PriceQuote Quote(Offering offering, decimal perHour, DateTimeOffset? at = null, DateTimeOffset? until = null, string currency = "USD") =>
        new(offering, new Money(perHour, currency), "test sheet", at ?? Midnight.AddDays(-1), until);

    internal static UsageRecord Usage(string id, UsageKind kind = UsageKind.BatchWorker, Offering? offering = null, long ticks = TimeSpan.TicksPerHour,
        double busy = 1, double rework = 0, long predictions = 0) =>
        new(id, kind == UsageKind.RealtimeEndpoint ? null : Run, kind == UsageKind.RealtimeEndpoint ? "churn-realtime"
            : "", "worker-1", kind, offering ?? Spot, Midnight, Midnight.AddTicks(ticks), busy, rework, predictions);
}
