using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Scheduler.Triggers;

namespace BatchEngine.Scheduler.Tests.Triggers;

public sealed class CronOccurrencesTests
{
    [Theory]
    [InlineData("0 30 2 * * ?", "2026-03-28T12:00Z", "2026-03-29T01:00Z")]
    [InlineData("0 0 2 * * ?", "2026-03-28T12:00Z", "2026-03-29T01:00Z")]
    public void Next_FixedTimeInsideTheSpringGap_FiresOnceAtItsEnd(string cron, string after, string expected)
    {
        var berlin = Berlin(cron);

        var first = berlin.Next(At(after));

        Assert.Equal(At(expected), first);
        Assert.Equal(new DateOnly(2026, 3, 30), DateOnly.FromDateTime(berlin.Next(first!.Value)!.Value.UtcDateTime));
    }

    [Theory]
    [InlineData("0 30 2 * * ?", "2026-10-25T00:30Z")]
    [InlineData("0 0 2 * * ?", "2026-10-25T00:00Z")]
    public void Between_FixedTimeInsideTheDoubledHour_FiresOnceAtItsFirstPass(string cron, string expected) =>
        Assert.Equal([At(expected)], Berlin(cron).Between(At("2026-10-24T12:00Z"), At("2026-10-25T12:00Z"), 10));

    [Fact]
    public void Between_EveryHalfHourOverTheDoubledHour_FollowsElapsedTime()
    {
        var fires = Berlin("0 0/30 * * * ?").Between(At("2026-10-24T23:00Z"), At("2026-10-25T03:00Z"), 100);

        Assert.Equal(8, fires.Count);
        Assert.All(fires.Zip(fires.Skip(1)), pair => Assert.Equal(TimeSpan.FromMinutes(30), pair.Second - pair.First));
    }

    [Theory]
    [InlineData("0 0 2 * * ?")]
    [InlineData("0 30 2 * * ?")]
    [InlineData("0 15 3 * * ?")]
    public void Between_NightlyOverAYear_FiresExactlyOnceEachLocalDayAndAlwaysLater(string cron)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

        var fires = Berlin(cron).Between(At("2025-12-31T23:00Z"), At("2026-12-31T22:59Z"), 1000);

        Assert.Equal(365, fires.Select(f => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(f, zone).DateTime)).Distinct().Count());
        Assert.Equal(365, fires.Count);
    }

    [Fact]
    public void Between_MoreThanTheBound_StopsThere() =>
        Assert.Equal(3, Berlin("* * * * * ?").Between(At("2026-01-01T00:00Z"), At("2026-02-01T00:00Z"), 3).Count);

    [Fact]
    public void Next_ScheduleThatIsOver_IsNull() => Assert.Null(Berlin("0 0 0 1 1 ? 2020").Next(At("2026-01-01T00:00Z")));

    [Fact]
    public void Rejects_UnknownZoneAndBrokenCronWithTheirPlace()
    {
        var zone = Assert.Throws<BadInputException>(() => Make("0 0 2 * * ?", "Europe/Atlantis"));
        var cron = Assert.Throws<BadInputException>(() => Make("every night", "UTC"));

        Assert.Equal("jobs/churn.yaml, schedule, timeZone", zone.Place);
        Assert.Equal("jobs/churn.yaml, schedule, cron", cron.Place);
        Assert.Equal("'every night'", cron.Seen);
    }

    [Theory]
    [InlineData("0 0 2 * * ?", "2026-11-23T02:00Z", "2026-11-23T02:00Z")]
    [InlineData("0 0 2 * * ?", "2026-11-23T01:59Z", "2026-11-22T02:00Z")]
    [InlineData("0 0 2 1 * ?", "2026-11-30T12:00Z", "2026-11-01T02:00Z")]
    [InlineData("0 * * * * ?", "2026-11-23T02:00:30Z", "2026-11-23T02:00Z")]
    [InlineData("0 0 2 1 1 ?", "2026-11-23T02:00Z", null)]
    [InlineData("* * * * * ?", "2026-11-23T02:00Z", null)]
    public void LatestDue_OfTheLast32Days_IsTheNewestUpToNow(string cron, string now, string? expected) =>
        Assert.Equal(expected is null ? null : At(expected), Make(cron, "UTC").LatestDue(At(now)));

    private static CronOccurrences Berlin(string cron) => Make(cron, "Europe/Berlin");

    private static CronOccurrences Make(string cron, string zone) =>
        new(new Schedule(cron, zone, MisfirePolicy.RunLatest, OverlapPolicy.Queue), "jobs/churn.yaml, schedule");

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
