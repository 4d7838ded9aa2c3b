using BatchEngine.Domain;
using BatchEngine.Scheduler.Planning;
using BatchEngine.Storage.Database.Values;
using BatchEngine.TestKit.Amounts;

namespace BatchEngine.Scheduler.Tests.Planning;

public sealed class RunPlannerTests
{
    private static readonly InputManifest Manifest = Samples.Manifest([10, 10, 10], [10, 10]);

    [Fact]
    public void Plan_SameRequestTwice_GivesTheSameBytes()
    {
        var first = Samples.Request(Manifest);
        var second = Samples.Request(Manifest) with
        {
            Prepared = first.Prepared with { ProfileEdges = first.Prepared.ProfileEdges.Reverse().ToDictionary(e => e.Key, e => e.Value) },
        };

        Assert.Equal(StoredJson.Write(Samples.Plan(first)), StoredJson.Write(Samples.Plan(second)));
    }

    [Fact]
    public void Plan_NothingMeasuredYet_TakesAllWorkersAndSaysNotMeasured()
    {
        var plan = Samples.Plan(Samples.Request(Manifest));

        Assert.Equal(2, plan.Chosen.Workers);
        Assert.False(plan.Chosen.Duration.HasValue);
        Assert.False(plan.Chosen.Cost.HasValue);
        Assert.Equal("chosen", plan.Chosen.Verdict);
        Assert.All(plan.Rejected, o => Assert.NotEmpty(o.Verdict));
    }

    [Fact]
    public void Plan_SpeedKnownPriceUnknown_PredictsDurationAndLeavesCostNotMeasured()
    {
        var plan = Samples.Plan(Samples.Request(Manifest) with { Prepared = Samples.Prepared(Manifest, 5) });

        Assert.Equal(TimeSpan.FromSeconds(5), plan.Chosen.Duration.Value);
        Assert.Equal("no price", plan.Chosen.Cost.Reason);
    }

    [Fact]
    public void Plan_SpeedAndPriceKnown_PredictsCostOfWorkersTimesHours()
    {
        var request = Samples.Request(Manifest) with { Prepared = Samples.Prepared(Manifest, 50.0 / 7200), Offers = [Samples.Local(2, 0.25m)] };

        var plan = Samples.Plan(request);

        Assert.Equal(TimeSpan.FromHours(1), plan.Chosen.Duration.Value);
        Assert.Equal(Money.Usd(0.50m), plan.Chosen.Cost.Value);
    }

    [Fact]
    public void Plan_TwoOfferings_TakesTheCheaperAndKeepsTheOtherWithItsReason()
    {
        var spot = new CapacityOffer(new Offering("ec2", "c7i.xlarge", "eu-1a", PurchaseOption.Spot), 2, Measured<Money>.Of(Money.Usd(0.10m)));
        var request = Samples.Request(Manifest) with { Prepared = Samples.Prepared(Manifest, 1), Offers = [Samples.Local(2, 0.25m), spot] };

        var plan = Samples.Plan(request);

        Assert.Equal(spot.Offering, plan.Chosen.Offering);
        Assert.Contains(plan.Rejected, o => o.Offering == Offering.Local && o.Verdict.Contains("the chosen one", StringComparison.Ordinal));
    }

    [Fact]
    public void Plan_CheaperOptionMissesTheDeadline_TakesTheOneThatKeepsIt()
    {
        var slow = new CapacityOffer(new Offering("ec2", "small", "eu-1a", PurchaseOption.Spot), 1, Measured<Money>.Of(Money.Usd(0.01m)));
        var request = Samples.Request(Manifest) with
        {
            Job = Samples.Job() with { Deadline = TimeSpan.FromSeconds(60 + 30) },
            Prepared = Samples.Prepared(Manifest, 1),
            Offers = [slow, Samples.Local(2, 0.25m)],
        };

        var plan = Samples.Plan(request);

        Assert.Equal(Offering.Local, plan.Chosen.Offering);
        Assert.Contains(plan.Rejected, o => o.Offering == slow.Offering && o.Verdict.Contains("deadline", StringComparison.Ordinal));
    }

    [Fact]
    public void Plan_MemoryCeiling_CutsUnitsAndWorkers()
    {
        var request = Samples.Request(Manifest);
        var plan = Samples.Plan(request with { Prepared = request.Prepared with { MaxUnitRows = 3, MaxWorkers = 1 } });

        Assert.Equal((3, 1), (plan.UnitRows, plan.Chosen.Workers));
        Assert.DoesNotContain(plan.Rejected, o => o.Workers > 1);
        Assert.Equal(1, Samples.Plan(request
            with
        { Job = request.Job with { Workers = 5 }, Prepared = request.Prepared with { MaxWorkers = 1 } }).Chosen.Workers);
    }

    [Fact]
    public void Plan_NoRows_Refuses() =>
        Assert.Equal(PlanRefusal.NoRows, Refused(Samples.Request(Samples.Manifest([0, 0], []))).Why);

    [Fact]
    public void Plan_NoOption_Refuses() =>
        Assert.Equal(PlanRefusal.NoCapacity, Refused(Samples.Request(Manifest) with { Offers = [] }).Why);

    [Fact]
    public void Plan_DeadlinePassed_RefusesEvenWhenSpeedIsUnknown() =>
        Assert.Equal(PlanRefusal.DeadlineImpossible,
            Refused(Samples.Request(Manifest) with { Job = Samples.Job() with { Deadline = TimeSpan.FromSeconds(30) } }).Why);

    [Fact]
    public void Plan_EveryOptionOverBudget_RefusesWithTheAmounts()
    {
        var refused = Refused(Samples.Request(Manifest) with
        {
            Job = Samples.Job() with { Budget = Money.Usd(0.001m) },
            Prepared = Samples.Prepared(Manifest, 0.01),
            Offers = [Samples.Local(2, 1m)],
        });

        Assert.Equal(PlanRefusal.OverBudget, refused.Why);
        Assert.Contains("0.001", refused.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Plan_BudgetInAnotherCurrency_RefusesInsteadOfComparing() =>
        Assert.Contains("cannot be compared", Refused(Samples.Request(Manifest) with
        {
            Job = Samples.Job() with { Budget = new Money(100, "EUR") },
            Prepared = Samples.Prepared(Manifest, 1),
            Offers = [Samples.Local(2, 1m)],
        }).Reason, StringComparison.Ordinal);

    [Fact]
    public void Plan_CostUnknownUnderABudget_PlansBecauseUnknownIsNotZeroAndNotOverBudget() =>
        Assert.False(Samples.Plan(Samples.Request(Manifest) with { Job = Samples.Job() with { Budget = Money.Usd(0.001m) } }).Chosen.Cost.HasValue);

    [Theory]
    [InlineData("tag")]
    [InlineData("rows")]
    [InlineData("removed")]
    [InlineData("added")]
    public void Plan_InputChangedSincePlanned_RefusesNamingTheFile(string change)
    {
        var file = Manifest.Files[1];
        var before = change switch
        {
            "tag" => Manifest with { Files = [Manifest.Files[0], file with { ContentTag = "other" }] },
            "rows" => Manifest with { Files = [Manifest.Files[0], file with { RowGroups = [new RowGroupSize(3, 24)] }] },
            "removed" => Manifest with { Files = [.. Manifest.Files, file with { Path = "in/0001.parquet.gone" }] },
            _ => Manifest with { Files = [Manifest.Files[0]] },
        };

        var refused = Refused(Samples.Request(Manifest) with { PlannedBefore = before });

        Assert.Equal(PlanRefusal.InputChanged, refused.Why);
        Assert.Contains("in/0001.parquet", refused.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2_000_000, 1)]
    [InlineData(2_000_001, 2)]
    [InlineData(9_000_000, 8)]
    [InlineData(long.MaxValue, 4_096)]
    public void PartitionsFor_Rows_IsAPowerOfTwo(long rows, int expected) => Assert.Equal(expected, RunPlanner.PartitionsFor(rows));

    private static PlanOutcome.Refused Refused(PlanRequest request) => Assert.IsType<PlanOutcome.Refused>(RunPlanner.Plan(request));
}
