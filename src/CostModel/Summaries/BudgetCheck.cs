using BatchEngine.CostModel.Ledger;
using BatchEngine.Domain;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Ledger;

namespace BatchEngine.CostModel.Summaries;

/// <summary>What a run spent against what it was allowed to. Pure but for reading.</summary>
/// <param name="Budget">What it was allowed to cost.</param>
/// <param name="Spent">What it spent.</param>
public sealed record BudgetCheck(Money Budget, Spend Spent)
{
    /// <summary>Whether it spent more, as far as is known.</summary>
    public bool IsOver => Spent.Total.TryGet(out var money) && money.Currency == Budget.Currency && money > Budget;

    /// <summary>Whether it is known that it did not.</summary>
    public bool IsKept => Spent.Whole.TryGet(out var money) && money.Currency == Budget.Currency && money <= Budget;

    /// <summary>The check of a run by the ledger; null when the job has no budget.</summary>
    /// <exception cref="StorageFailedException">The database cannot be read.</exception>
    public static async Task<BudgetCheck?> OfAsync(StateDatabase database, RunPlan plan, CancellationToken ct) => plan.Job.Budget is not { } budget ? null
        : new BudgetCheck(budget, Spend.Of(LedgerCorrection.Standing(await new LedgerStore(database).ListAsync(new LedgerFilter(RunId: plan.Run), ct)
            .ConfigureAwait(false))));

    /// <summary>"5.20 USD was spent, over the budget of 5.00 USD."</summary>
    public string InWords() => IsOver ? $"{Figures.Price(Spent.Total)} was spent, over the budget of {Figures.Price(Budget)}."
        : IsKept ? $"{Figures.Price(Spent.Total)} was spent, within the budget of {Figures.Price(Budget)}."
        : $"Whether the budget of {Figures.Price(Budget)} was kept is not measured: "
            + (Spent.Missing() ?? Spent.Whole.Reason ?? $"{Figures.Price(Spent.Total)} was spent, in another currency") + ".";
}
