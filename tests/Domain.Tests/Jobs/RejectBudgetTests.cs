namespace BatchEngine.Domain.Tests.Jobs;

public sealed class RejectBudgetTests
{
    [Theory]
    [InlineData(0, 0, false)]
    [InlineData(10, 1_000, false)]
    [InlineData(11, 1_000, true)]
    [InlineData(101, 1_000_000, true)]
    [InlineData(100, 1_000_000, false)]
    public void Budget_OfHundredRowsAndOnePercent_HoldsBoth(long rejected, long read, bool exceeded) =>
        Assert.Equal(exceeded, new RejectBudget(100, 0.01).IsExceededBy(rejected, read));

    [Fact]
    public void Counts_ThatDoNotAddUp_AreSeen()
    {
        Assert.True(new RowCounts(10, 7, 2, 1).AddsUp);
        Assert.False(new RowCounts(10, 7, 2, 2).AddsUp);
        Assert.False(new RowCounts(0, 1, 0, -1).AddsUp);
        Assert.Equal(new RowCounts(3, 1, 1, 1), new RowCounts(1, 1, 0, 0) + new RowCounts(2, 0, 1, 1));
    }
}
