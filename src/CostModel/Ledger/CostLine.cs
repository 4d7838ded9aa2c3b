using BatchEngine.Domain;

namespace BatchEngine.CostModel.Ledger;

/// <summary>One line of a cost summary, with how each of its numbers was made. Immutable.</summary>
/// <param name="Name">The job, run, model or serving name; or what an unallocated line holds.</param>
/// <param name="Total">All of it. The five kinds below sum to it.</param>
/// <param name="Batch">Scoring in batch.</param>
/// <param name="Realtime">Scoring in real time.</param>
/// <param name="Idle">Rented but not used.</param>
/// <param name="Rework">Done again after an interruption.</param>
/// <param name="Shared">Sealing, judging, publishing.</param>
/// <param name="PredictionsMade">Predictions made in batch.</param>
/// <param name="PredictionsRealtime">Predictions made in real time.</param>
/// <param name="Served">Look-ups that got a prediction; not measured where look-ups are not counted.</param>
/// <param name="PerThousandMade">Everything the runs cost (batch, rework, idle, shared) for 1,000 predictions made in batch.</param>
/// <param name="PerThousandServed">Everything on the line for 1,000 look-ups answered.</param>
/// <param name="PerThousandRealtime">What 1,000 real-time predictions cost; the yardstick of the saving against "all real time".</param>
/// <param name="AllRealtime">What the same batch predictions would have cost, each scored once in real time.</param>
/// <param name="SavingAgainstRealtime">That minus what the runs cost; negative means batch was dearer.</param>
/// <param name="OnDemand">What the same time would have cost on-demand.</param>
/// <param name="SavingAgainstOnDemand">That minus the total.</param>
/// <param name="Spend">The sums by currency, with how many entries have no price.</param>
/// <param name="HowMade">One sentence for each number that was made from others, in the order above.</param>
public sealed record CostLine(
    string Name,
    Measured<Money> Total,
    Measured<Money> Batch,
    Measured<Money> Realtime,
    Measured<Money> Idle,
    Measured<Money> Rework,
    Measured<Money> Shared,
    long PredictionsMade,
    long PredictionsRealtime,
    Measured<long> Served,
    Measured<Money> PerThousandMade,
    Measured<Money> PerThousandServed,
    Measured<Money> PerThousandRealtime,
    Measured<Money> AllRealtime,
    Measured<Money> SavingAgainstRealtime,
    Measured<Money> OnDemand,
    Measured<Money> SavingAgainstOnDemand,
    Spend Spend,
    IReadOnlyList<string> HowMade);
