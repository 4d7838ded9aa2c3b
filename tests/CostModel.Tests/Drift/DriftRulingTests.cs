using BatchEngine.CostModel.Drift;
using BatchEngine.Domain;

namespace BatchEngine.CostModel.Tests.Drift;

public sealed class DriftRulingTests
{
    [Theory]
    [InlineData(DriftVerdict.Drifted, DriftAction.Hold, true)]
    [InlineData(DriftVerdict.Drifted, DriftAction.Warn, false)]
    [InlineData(DriftVerdict.Stable, DriftAction.Hold, false)]
    [InlineData(DriftVerdict.NotMeasured, DriftAction.Hold, false)]
    public void Ruling_OnlyOfDriftThatHolds_HoldsBack(DriftVerdict verdict, DriftAction action, bool holds) =>
        Assert.Equal(holds, DriftRuling.Of(Report(verdict), action).Holds);

    [Theory]
    [InlineData(DriftAction.Hold, true)]
    [InlineData(DriftAction.Warn, false)]
    public void Ruling_OfAnUnknownBaseline_HoldsBackWhereDriftWould(DriftAction action, bool holds)
    {
        var ruling = DriftRuling.Of(Report(DriftVerdict.NotMeasured) with { UnknownBaseline = "nobody knows it" }, action);
        Assert.Equal((holds, "drift was not measured: nobody knows it"), (ruling.Holds, ruling.Reason));
    }

    [Fact]
    public void Reason_OfStableAndUnmeasuredColumns_CountsBoth()
    {
        var report = Report(DriftVerdict.Stable);
        Assert.StartsWith("1 columns stable, 1 not measured against",
            DriftRuling.Of(report with { Columns = [.. report.Columns, .. Report(DriftVerdict.NotMeasured).Columns] }, DriftAction.Warn).Reason);
    }

    [Fact]
    public void Reason_OfDrift_NamesTheColumns() =>
        Assert.Contains("1 of 1 columns drifted", DriftRuling.Of(Report(DriftVerdict.Drifted), DriftAction.Warn).Reason, StringComparison.Ordinal);

    [Fact]
    public void Reason_OfNothingMeasured_SaysWhy() =>
        Assert.Equal("drift was not measured: no column was profiled",
            DriftRuling.Of(new DriftReport(new RunId("churn", DateTimeOffset.UnixEpoch), null, []), DriftAction.Hold).Reason);

    private static DriftReport Report(DriftVerdict verdict)
    {
        var none = Measured<double>.NotMeasured("not told");
        return new DriftReport(new RunId("churn", DateTimeOffset.UnixEpoch.AddDays(1)), new RunId("churn", DateTimeOffset.UnixEpoch),
            [new ColumnDrift("x", false, verdict, none, none, none, none, none, "told by the test")]);
    }
}
