using BatchEngine.Domain;
using BatchEngine.Scheduler.Triggers;

namespace BatchEngine.Scheduler.Tests.Triggers;

public sealed class DueRunsTests
{
    private static readonly DateTimeOffset Monday = new(2026, 11, 23, 2, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(MisfirePolicy.RunLatest)]
    [InlineData(MisfirePolicy.RunAll)]
    [InlineData(MisfirePolicy.Skip)]
    public void Make_FireOnTime_StartsItUnderEveryPolicy(MisfirePolicy policy)
    {
        var plan = Make(Monday.AddDays(-1), Monday.AddSeconds(2), policy);

        Assert.Equal([Monday], plan.Start);
        Assert.Equal(0, plan.Skipped);
        Assert.Equal(Monday.AddDays(1), plan.Next);
    }

    [Fact]
    public void Make_RunLatest_StartsTheLatestMissedAndCountsTheOthers()
    {
        var plan = Make(Monday.AddDays(-4), Monday.AddHours(5), MisfirePolicy.RunLatest);

        Assert.Equal([Monday], plan.Start);
        Assert.Equal((3, Monday.AddDays(-3), Monday.AddDays(-1)), (plan.Skipped, plan.FirstSkipped, plan.LastSkipped));
        Assert.Equal(Monday, plan.HandledThrough);
    }

    [Fact]
    public void Make_RunAll_StartsEveryMissedOldestFirst() =>
        Assert.Equal([Monday.AddDays(-2), Monday.AddDays(-1), Monday], Make(Monday.AddDays(-3), Monday.AddHours(5), MisfirePolicy.RunAll).Start);

    [Fact]
    public void Make_RunAllBeyondItsBound_StartsTheLatestSoMany()
    {
        var plan = Make(Monday.AddDays(-9), Monday.AddHours(5), MisfirePolicy.RunAll, MisfireLimits.Default with { MaxCatchUp = 2 });

        Assert.Equal([Monday.AddDays(-1), Monday], plan.Start);
        Assert.Equal(7, plan.Skipped);
    }

    [Fact]
    public void Make_Skip_StartsNothingThatIsLate()
    {
        var plan = Make(Monday.AddDays(-2), Monday.AddHours(5), MisfirePolicy.Skip);

        Assert.Empty(plan.Start);
        Assert.Equal(2, plan.Skipped);
        Assert.Equal(Monday, plan.HandledThrough);
    }

    [Fact]
    public void Make_AskedAgainAfterHandling_StartsNothing()
    {
        var first = Make(Monday.AddDays(-4), Monday.AddHours(5), MisfirePolicy.RunAll);

        var again = Make(first.HandledThrough, Monday.AddHours(5), MisfirePolicy.RunAll);

        Assert.Empty(again.Start);
        Assert.Equal(0, again.Skipped);
    }

    [Fact]
    public void Make_ClockSetBack_StartsNothingAndForgetsNothing()
    {
        var plan = Make(Monday, Monday.AddHours(-3), MisfirePolicy.RunAll);

        Assert.Empty(plan.Start);
        Assert.Equal(Monday, plan.HandledThrough);
    }

    [Fact]
    public void Make_YearsAway_LooksBackOnlySoFar() =>
        Assert.Equal(31, Make(Monday.AddYears(-5), Monday, MisfirePolicy.RunAll).Start.Count);

    [Fact]
    public void Make_ScheduleThatStandsStill_StopsInsteadOfLooping() =>
        Assert.Throws<InvariantBrokenException>(() => DueRuns.Make(Monday, Monday.AddDays(1), t => t, MisfirePolicy.RunAll, MisfireLimits.Default));

    private static DueRuns Make(DateTimeOffset handled, DateTimeOffset now, MisfirePolicy policy, MisfireLimits? limits = null) =>
        DueRuns.Make(handled, now, NightlyAtTwo, policy, limits ?? MisfireLimits.Default);

    private static DateTimeOffset? NightlyAtTwo(DateTimeOffset after)
    {
        var today = new DateTimeOffset(after.Year, after.Month, after.Day, 2, 0, 0, TimeSpan.Zero);
        return today > after ? today : today.AddDays(1);
    }
}
