using BatchEngine.CostModel.Ledger;
using BatchEngine.Domain;

namespace BatchEngine.CostModel.Summaries;

/// <summary>One line of a cost summary, with how each of its numbers was made.</summary>
/// <param name="Name">The job, run, model or serving name; or what an unallocated line holds.</param>
/// <param name="Total">All of it that has a price; what has none is told by <paramref name="Spend"/>.</param>
/// <param name="Kinds">The same by what it was spent on.</param>
/// <param name="Wasted">The part that went into runs nobody can get a prediction of.</param>
/// <param name="Predictions">How many predictions were made and asked for.</param>
/// <param name="PerThousand">What 1,000 of them cost.</param>
/// <param name="AllRealtime">The predictions of published runs, each scored once in real time, against what all ended runs cost.</param>
/// <param name="OnDemand">The same machine time on-demand, against what was paid; without runs nobody can get a prediction of.</param>
/// <param name="Spend">The sums by currency, with how many entries have no price.</param>
/// <param name="HowMade">One sentence for each number that was made from others, in the order above.</param>
public sealed record CostLine(
    string Name,
    Measured<Money> Total,
    KindCosts Kinds,
    Measured<Money> Wasted,
    PredictionCounts Predictions,
    PerThousandCosts PerThousand,
    Saving AllRealtime,
    Saving OnDemand,
    Spend Spend,
    IReadOnlyList<string> HowMade);
