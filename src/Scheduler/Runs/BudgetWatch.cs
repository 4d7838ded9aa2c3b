using BatchEngine.Domain;
using BatchEngine.Scheduler.Events;

namespace BatchEngine.Scheduler.Runs;

/// <summary>Compares what a run has spent with its budget while it goes on. Used by one coordinator.</summary>
internal sealed class BudgetWatch(RunContext context)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);
    private DateTimeOffset _lookedAt = DateTimeOffset.MinValue;
    private bool _isTold;

    /// <summary>The same, when the last look is long enough ago.</summary>
    public async Task<string?> LookNowAndThenAsync(CancellationToken ct) =>
        context.Plan.Job.Budget is null || context.Services.Clock.GetUtcNow() - _lookedAt < Every ? null : await LookAsync(ct).ConfigureAwait(false);

    /// <summary>Looks once. Where the job says warn, it is told and decided once.</summary>
    /// <returns>Why the run must stop; null when it goes on.</returns>
    public async Task<string?> LookAsync(CancellationToken ct)
    {
        if (context.Plan.Job.Budget is not { } budget)
            return null;
        _lookedAt = context.Services.Clock.GetUtcNow();
        var spent = await context.Ports.Accounting.SpentAsync(context.Run, ct).ConfigureAwait(false);
        // What has no price is unknown, not over: it is told when the run ends.
        if (!spent.TryGet(out var money) || money.Currency != budget.Currency || money <= budget)
            return null;
        var reason = $"{Figures.Price(money)} is spent, the budget is {Figures.Price(budget)}";
        if (context.Plan.Job.OnBudget == BudgetRule.Stop)
            return $"{reason}. Raise budget in the job, or set onBudget: warn, and run it at another instant: a resume goes by the job as it was planned.";
        if (_isTold)
            return null;
        _isTold = true;
        await context.DecideAsync(DecisionSubject.Budget, "goes on over its budget", reason, ct).ConfigureAwait(false);
        context.Say(RunEventKind.OverBudget, "budget", $"{reason}; the job says warn, so it goes on.");
        return null;
    }
}
