using System.Globalization;
using BatchEngine.Domain;

namespace BatchEngine.Scheduler.Planning;

/// <summary>What a plan decided, in words for people, as it is recorded with the run. Pure.</summary>
internal static class PlanDecisions
{
    /// <summary>On capacity, on what is taken over, and on sums where the job asked for them.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="at">When it was recorded.</param>
    public static IEnumerable<Decision> Of(RunPlan plan, DateTimeOffset at)
    {
        yield return new Decision(plan.Run, at, DecisionSubject.Capacity, $"{plan.Chosen.Workers} worker(s) on {plan.Chosen.Offering}",
            $"predicted {Predicted(plan.Chosen.Duration)}, cost {plan.Chosen.Cost}; {plan.Rejected.Count} other option(s) rejected");
        yield return ReuseDecision(plan, at);
        if (SumsDecision(plan, at) is { } sums)
            yield return sums;
    }

    private static string Predicted(Measured<TimeSpan> duration) => duration.TryGet(out var span)
        ? string.Create(CultureInfo.InvariantCulture, $"duration {span.TotalSeconds:N1} s")
        : $"duration not measured ({duration.Reason})";

    private static Decision ReuseDecision(RunPlan plan, DateTimeOffset at)
    {
        var reuse = plan.Reuse;
        return reuse.Base is not { } from
            ? new Decision(plan.Run, at, DecisionSubject.Reuse, "every row is scored", reuse.Reason)
            : new Decision(plan.Run, at, DecisionSubject.Reuse,
                string.Create(CultureInfo.InvariantCulture, $"takes over from run {from}, snapshot {reuse.BaseSnapshot}"),
                $"{reuse.Reason}; {CarriedOver(plan)}; {reuse.RowsReason}");
    }

    private static string CarriedOver(RunPlan plan) => string.Create(CultureInfo.InvariantCulture,
        $"{plan.Reuse.Carried.Count} of {plan.Shards.Count} shards with {plan.Manifest.Rows - plan.RowsToRead:N0} of {plan.Manifest.Rows:N0} rows ")
        + "are carried over without being read";

    // Who asked for sums is told when there are none to keep.
    private static Decision? SumsDecision(RunPlan plan, DateTimeOffset at) => !plan.Job.KeepsSums ? null
        : plan.KeptSums > 0 ? new Decision(plan.Run, at, DecisionSubject.KeepSums, "sums are kept",
            string.Create(CultureInfo.InvariantCulture, $"{plan.KeptSums} a row, for a model that only appends trees to go on from"))
        : new Decision(plan.Run, at, DecisionSubject.KeepSums, "no sums are kept", $"the model, which runs as {plan.Arithmetic}, has none beside its outputs");
}
