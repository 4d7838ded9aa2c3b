using BatchEngine.Domain;
using BatchEngine.Scheduler.Events;
using BatchEngine.Scheduler.Planning;
using BatchEngine.Scheduler.Runs;
using BatchEngine.TestKit.Amounts;

namespace BatchEngine.Scheduler.Tests.Runs;

/// <summary>A budget holds while a run goes on, and unknown is not zero.</summary>
public sealed class BudgetTests
{
    private static readonly RunId Run = new(Samples.Job().Name, Samples.Night);

    private static async Task<World> WorldAsync(BudgetRule rule)
    {
        var world = await World.CreateAsync();
        world.Job = world.Job with { Budget = Money.Usd(1), OnBudget = rule };
        return world;
    }

    [Fact]
    public async Task Run_OverItsBudgetWhileScoring_IsStoppedAndSaysWhatToDo()
    {
        await using var world = await WorldAsync(BudgetRule.Stop);
        world.LetTimePass();
        world.Spent = () => Measured<Money>.Of(Money.Usd(1.01m));
        var failed = Assert.IsType<RunOutcome.Failed>(await world.RunAsync());
        Assert.StartsWith("1.01 USD is spent, the budget is 1.00 USD", failed.Reason, StringComparison.Ordinal);
        Assert.Contains("onBudget: warn", failed.Reason, StringComparison.Ordinal);
        Assert.Null(await world.Snapshots.CurrentAsync("churn", World.Stop));
    }

    [Theory]
    [InlineData(RunEventKind.ReceiptAccepted)]
    [InlineData(RunEventKind.ProfilesSaved)]
    public async Task Run_OverItsBudgetOnlyAtTheEnd_IsNotPublished(RunEventKind moment)
    {
        await using var world = await WorldAsync(BudgetRule.Stop);
        world.Spent = () => Measured<Money>.Of(Money.Usd(1));
        var log = new HookLog(moment, () =>
        {
            world.Spent = () => Measured<Money>.Of(Money.Usd(2));
            return Task.CompletedTask;
        });
        Assert.IsType<RunOutcome.Failed>(await world.RunAsync(log));
        Assert.Null(await world.Snapshots.CurrentAsync("churn", World.Stop));
    }

    [Fact]
    public async Task Run_OverItsBudgetWhereTheJobSaysWarn_IsPublishedAndToldOnce()
    {
        await using var world = await WorldAsync(BudgetRule.Warn);
        world.LetTimePass();
        world.Spent = () => Measured<Money>.Of(Money.Usd(2));
        Assert.IsType<RunOutcome.Published>(await world.RunAsync());
        var told = Assert.Single(await world.Decisions.ListAsync(Run, World.Stop), d => d.Subject == DecisionSubject.Budget);
        Assert.Equal(("goes on over its budget", "2.00 USD is spent, the budget is 1.00 USD"), (told.Choice, told.Reason));
    }

    [Fact]
    public async Task Run_WhoseSpendIsUnknown_GoesOn()
    {
        await using var world = await WorldAsync(BudgetRule.Stop);
        Assert.IsType<RunOutcome.Published>(await world.RunAsync());
    }

    [Fact]
    public async Task Plan_OfANightThatIsFullyCarried_CostsWhatTheLastOnesOverheadCost()
    {
        await using var world = await WorldAsync(BudgetRule.Stop);
        world.Arithmetic = "test";
        world.Price = Measured<Money>.Of(Money.Usd(1));
        world.LetTimePass();
        world.Job = world.Job with { Budget = null };
        Assert.IsType<RunOutcome.Published>(await world.RunAsync());
        var second = new RunId(world.Job.Name, Samples.Night.AddDays(1));
        var outcome = await new RunPlanning(world.Services(SilentRunLog.Instance)).PlanAsync(world.Job, second, World.Stop);
        var plan = Assert.IsType<PlanOutcome.Planned>(outcome).Plan;
        Assert.Equal(0, plan.RowsToRead);
        Assert.True(plan.Chosen.Cost is { HasValue: true, Value.Amount: > 0 }, plan.Chosen.Cost.ToString());
    }

    [Fact]
    public void Plan_OfANightThatIsFullyCarriedAndNoOverheadKnown_HasNoCost()
    {
        var request = Samples.Request(Samples.Manifest([10]));
        var chosen = CapacityChoice.Choose(request, [(default!, new Shard(0, [], 10))]).Chosen;
        Assert.Contains("nothing is scored", chosen!.Cost.Reason, StringComparison.Ordinal);
    }
}
