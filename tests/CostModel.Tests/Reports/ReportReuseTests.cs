using BatchEngine.TestKit.Amounts;
using BatchEngine.CostModel.Reports;
using BatchEngine.CostModel.Tests.Ledger;
using BatchEngine.Domain;

namespace BatchEngine.CostModel.Tests.Reports;

public sealed class ReportReuseTests
{
    private static readonly RunId Full = new("churn", Ledgers.Midnight);

    [Fact]
    public void Saving_OfARunThatTookOver_IsTheFullRunsCostARowMinusItsOwn()
    {
        var reuse = ReportReuse.Of(Plan(), Usd(0.10m), 2_000, Usd(0.40m), 1_000);
        Assert.Equal(Money.Usd(0.80m), reuse.AgainstFull.Instead.Value);
        Assert.Equal(Money.Usd(0.70m), reuse.AgainstFull.Saved.Value);
        Assert.Equal(Full, reuse.FullRun);
        Assert.Contains("2,000 rows", reuse.HowMade, StringComparison.Ordinal);
    }

    [Fact]
    public void Saving_WithoutAPrice_IsNotMeasuredAndNeverZero()
    {
        Assert.Contains("no price", ReportReuse.Of(Plan(), Usd(0.1m), 10, Measured<Money>.NotMeasured("no price"), 10).AgainstFull.Saved.Reason!,
            StringComparison.Ordinal);
        Assert.Contains("no price", ReportReuse.Of(Plan(), Measured<Money>.NotMeasured("no price"), 10, Usd(0.1m), 10).AgainstFull.Saved.Reason!,
            StringComparison.Ordinal);
        Assert.False(ReportReuse.Of(Plan(), Usd(0.1m), 10, Measured<Money>.Of(new Money(1, "EUR")), 10).AgainstFull.Saved.HasValue);
        Assert.False(ReportReuse.Of(Plan(), Usd(0.1m), 10, Usd(0.1m), 0).AgainstFull.Saved.HasValue);
    }

    [Fact]
    public void Saving_OfARunThatScoredEveryRow_IsNotMeasuredAndSaysWhy() =>
        Assert.Contains("a full run was asked for",
            ReportReuse.Of(Plan() with { Reuse = RunReuse.None("a full run was asked for", Measured<double>.Of(9)) }, Usd(1), 1, Usd(1),
                1).AgainstFull.Saved.Reason!,
            StringComparison.Ordinal);

    private static Measured<Money> Usd(decimal amount) => Measured<Money>.Of(Money.Usd(amount));

    private static RunPlan Plan()
    {
        var job = new ScoringJob("churn", ["in"], "id", [], new ModelReference.ByFile("m.onnx"), null, "out", 1, WorkerMode.InProcess, 1, 1,
            RejectBudget.Default, DuplicateKeyPolicy.Fail,
            DriftRule.Default, ServingContract.Default("churn"), null, null, null, "");
        return new RunPlan(new RunId("churn", Ledgers.Midnight.AddDays(1)), job, new ModelVersion("m", 1, Digest.Of("m")), "m.onnx", FeatureSpec.AsIs(["x"]),
            new InputManifest([], []), [], 1, 1,
            new Dictionary<string, BinEdges>(),
                new PlanOption(Offering.Local, 1, Measured<TimeSpan>.NotMeasured("-"), Measured<Money>.NotMeasured("-"), "chosen"), [])
        {
            Reuse = new RunReuse(Full, 1, "the snapshot that is served", true, "", Measured<double>.Of(1_500), Full, [], false),
        };
    }
}
