namespace BatchEngine.Domain;

/// <summary>One line of the ledger. Entries never change: a correction is another entry that points at the one it corrects.</summary>
/// <param name="Id">Derived from usage and kind, so that posting twice is one entry.</param>
/// <param name="UsageId">The usage it prices.</param>
/// <param name="Run">The run; null means none.</param>
/// <param name="Job">The job or serving name.</param>
/// <param name="Model">"name:number" of the model; empty when unknown.</param>
/// <param name="Kind">What it was spent on.</param>
/// <param name="Offering">What was rented.</param>
/// <param name="Duration">The share of the usage's time in this entry.</param>
/// <param name="Cost">Price times time; not measured when no price is known.</param>
/// <param name="OnDemandCost">The same time at the on-demand price; not measured when that is unknown.</param>
/// <param name="PriceSource">Where the price comes from; empty when unknown.</param>
/// <param name="From">Start of the usage.</param>
/// <param name="ToExclusive">End of the usage.</param>
/// <param name="Predictions">Predictions made in it.</param>
/// <param name="PostedAt">When it was written.</param>
/// <param name="CorrectsEntryId">The entry it corrects; null means none.</param>
public sealed record SpendEntry(
    string Id,
    string UsageId,
    RunId? Run,
    string Job,
    string Model,
    CostKind Kind,
    Offering Offering,
    TimeSpan Duration,
    Measured<Money> Cost,
    Measured<Money> OnDemandCost,
    string PriceSource,
    DateTimeOffset From,
    DateTimeOffset ToExclusive,
    long Predictions,
    DateTimeOffset PostedAt,
    string? CorrectsEntryId);
