using BatchEngine.CostModel.Reports;
using BatchEngine.Domain;

namespace BatchEngine.CostModel.Tests.Reports;

public sealed class ReportHistogramsTests
{
    [Theory]
    [InlineData(ColumnKind.Date, 20_000f, "2024-10-04")]
    [InlineData(ColumnKind.Timestamp, 1.7e15f, "2023-11-14")]
    [InlineData(ColumnKind.Timestamp, 3e18f, "3e18")]
    [InlineData(ColumnKind.Date, -10_000f, "1942-08-16")]
    [InlineData(ColumnKind.Float, 20_000f, "20000")]
    public void Labels_OfDaysAndInstants_AreDates(ColumnKind kind, float edge, string expected)
    {
        var profile = new ColumnProfile(new BinEdges("at", [edge], []), false, [10, 10], 0, 0, 0, 0, 0);
        var histogram = Assert.Single(ReportHistograms.Of(null, [], [profile], [new InputColumn("at", kind, true, "INT64")]));
        Assert.Equal([$"under {expected}", $"{expected} and over"], histogram.Labels);
    }
}
