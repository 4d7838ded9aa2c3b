using System.Globalization;
using BatchEngine.Domain;

namespace BatchEngine.Scheduler.Planning;

/// <summary>Chooses among the capacity on offer. Pure: cheapest first, then fastest, then fewest workers; what is not measured never wins over what
/// is.</summary>
internal static class CapacityChoice
{
    private const decimal SecondsPerHour = 3_600;
    private const int CostDecimals = 12;

    /// <summary>Every option with its verdict, the chosen one apart; null means none may be taken.</summary>
    /// <param name="request">What is planned.</param>
    /// <param name="carried">Shards that are carried over without being read; they take no time.</param>
    public static (PlanOption? Chosen, IReadOnlyList<PlanOption> Rejected, PlanRefusal Why) Choose(PlanRequest request,
        IReadOnlyList<(CarriedShard Carried, Shard Shard)> carried)
    {
        var options = request.Offers.SelectMany(offer => WorkerCounts(request.Job, offer).Select(workers => Measure(request, carried, offer, workers)))
            .ToList();
        if (options.Count == 0)
            return (null, [], PlanRefusal.NoCapacity);
        var late = options.Select(o => LateBy(request, o)).ToList();
        var dear = options.Select(o => OverBudget(request.Job, o)).ToList();
        var order = Enumerable.Range(0, options.Count).ToList();
        order.Sort((a, b) => Compare(options[a], options[b]) is var c and not 0 ? c : a.CompareTo(b));
        var chosen = order.FirstOrDefault(i => late[i] is null && dear[i] is null, -1);
        var rejected = order.Where(i => i != chosen).Select(i => options[i] with { Verdict = late[i] ?? dear[i] ?? Behind(options[i], options[chosen]) })
            .ToList();
        if (chosen >= 0)
            return (options[chosen] with { Verdict = "chosen" }, rejected, default);
        return (null, rejected, late.All(l => l is not null) ? PlanRefusal.DeadlineImpossible : PlanRefusal.OverBudget);
    }

    private static IEnumerable<int> WorkerCounts(ScoringJob job, CapacityOffer offer)
    {
        if (job.Workers > 0)
            return [job.Workers];
        var counts = new SortedSet<int> { offer.MaxWorkers };
        for (var workers = 1; workers < offer.MaxWorkers; workers *= 2)
            counts.Add(workers);
        return counts.Reverse();
    }

    private static PlanOption Measure(PlanRequest request, IReadOnlyList<(CarriedShard Carried, Shard Shard)> carried, CapacityOffer offer, int workers)
    {
        var prepared = request.Prepared;
        var shards = ShardCuts.Cut(ShardCuts.GroupsOf(prepared.Manifest, carried.Select(c => c.Shard)), ReuseChoice.Aim(request, carried, workers)).Count;
        var rows = prepared.Manifest.Rows - carried.Sum(c => c.Shard.Rows);
        var busy = Math.Max(1, Math.Min(Math.Min(workers, offer.MaxWorkers), shards));
        var duration = prepared.RowsPerSecond.TryGet(out var speed) && speed > 0
            ? Measured<TimeSpan>.Of(TimeSpan.FromMilliseconds(Math.Ceiling(1_000 * rows / (speed * busy))))
            : Measured<TimeSpan>.NotMeasured(prepared.RowsPerSecond.Reason ?? "no run has told the speed yet");
        // From the rows, not from the rounded duration: as many workers as shards keep busy cost the same, and then the faster option wins.
        var cost = !duration.HasValue ? Measured<Money>.NotMeasured(duration.Reason!)
            : offer.PerWorkerHour.Map(rate =>
                rate with { Amount = Math.Round(rate.Amount * workers * rows / ((decimal)speed * busy * SecondsPerHour), CostDecimals) });
        if (rows == 0)
            cost = OfOverhead(request.Overhead, offer);
        return new PlanOption(offer.Offering, workers, duration, cost, "");
    }

    // Nothing is scored, but nothing is free: the run is sealed, judged and published by one core.
    private static Measured<Money> OfOverhead(Measured<TimeSpan> overhead, CapacityOffer offer) => overhead.TryGet(out var took)
        ? offer.PerWorkerHour.Map(rate => rate with { Amount = Math.Round(rate.Amount * took.Ticks / TimeSpan.TicksPerHour, CostDecimals) })
        : Measured<Money>.NotMeasured($"nothing is scored, and what sealing and publishing cost is not known: {overhead.Reason}");

    private static string? LateBy(PlanRequest request, PlanOption option)
    {
        if (request.Job.Deadline is not { } deadline)
            return null;
        var end = request.Run.ScheduledAt + deadline;
        if (request.Now >= end)
            return Invariant($"the deadline {Figures.Instant(end)} has passed");
        // How many workers there will be is not known, and more may come: it is watched while the run goes on.
        if (request.Job is { WorkerMode: WorkerMode.Elsewhere, Workers: 0 })
            return null;
        return option.Duration.TryGet(out var duration) && request.Now + duration > end
            ? Invariant($"takes {duration.TotalSeconds:0} s, {(end - request.Now).TotalSeconds:0} s are left before the deadline")
            : null;
    }

    private static string? OverBudget(ScoringJob job, PlanOption option)
    {
        if (job.Budget is not { } budget || !option.Cost.TryGet(out var cost))
            return null;
        if (cost.Currency != budget.Currency)
            return $"costs {cost}, which cannot be compared with the budget {budget}: write the budget in {cost.Currency}";
        return cost > budget ? $"costs {cost}, over the budget {budget}" : null;
    }

    private static int Compare(PlanOption a, PlanOption b)
    {
        if (a.Cost.HasValue != b.Cost.HasValue)
            return a.Cost.HasValue ? -1 : 1;
        if (a.Cost.TryGet(out var costA) && b.Cost.TryGet(out var costB) && costA.Currency == costB.Currency && costA.Amount != costB.Amount)
            return costA.Amount.CompareTo(costB.Amount);
        if (a.Duration.TryGet(out var timeA) && b.Duration.TryGet(out var timeB))
            return timeA != timeB ? timeA.CompareTo(timeB) : a.Workers.CompareTo(b.Workers);
        return b.Workers.CompareTo(a.Workers);
    }

    private static string Behind(PlanOption option, PlanOption chosen)
    {
        if (option.Cost.TryGet(out var cost) && chosen.Cost.TryGet(out var chosenCost) && cost != chosenCost)
            return $"costs {cost}, the chosen one {chosenCost}";
        if (option.Duration.TryGet(out var time) && chosen.Duration.TryGet(out var chosenTime))
            return time != chosenTime ? Invariant($"takes {time.TotalSeconds:0} s, the chosen one {chosenTime.TotalSeconds:0} s")
                : Invariant($"no faster than {chosen.Workers} workers");
        return option.Cost.HasValue ? "the chosen one comes first among those that cannot be compared"
            : $"nothing measured speaks for it ({option.Cost.Reason})";
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
