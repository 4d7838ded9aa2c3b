using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Scheduler.Triggers;

namespace BatchEngine.Scheduler.Tests.Triggers;

/// <summary>Every zone of the system from 2020 to 2040, each change of its clocks, against a reckoning of another kind.</summary>
public sealed class CronZonesTests
{
    private const int Seed = 20_260_322;
    private static readonly DateTimeOffset s_from = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset s_to = new(2041, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly string[] s_crons =
    [
        "0 0 2 * * ?", "0 30 1 * * ?", "0 0 0 * * ?", "0 59 23 * * ?", "0 0/15 2 * * ?", "0 30 * * * ?", "0 30 1-3 * * ?", "0 15,45 0,1,2,3,23 * * ?",
        "0 30 2 ? * SUN", "0 0 3 L * ?", "0 0/30 * * * ?", "0 30 0/2 * * ?", "0 5 1,2 25,26,29,30 3,10 ?", "0 0 0/6 ? * 1-5",
    ];

    // Zones whose clocks agree on every hour of the years are one.
    private static readonly Lazy<IReadOnlyList<(TimeZoneInfo Zone, IReadOnlyList<DateTimeOffset> Changes)>> s_zones = new(Zones);

    [Fact]
    public void Between_AroundEveryChangeOfEveryZone_IsWhatAWalkOverTheMinutesGives()
    {
        var chance = new Random(Seed);
        foreach (var (zone, changes) in s_zones.Value)
        {
            foreach (var change in changes)
            {
                // Midnight-odd windows, so that changes come at the window's start, middle and end; every cron meets every kind of change over the zones.
                var from = change.AddMinutes(-chance.Next(1, 1_600));
                var to = change.AddMinutes(chance.Next(1, 1_600));
                var cron = s_crons[chance.Next(s_crons.Length)];
                var expected = new ReckonedCron(cron).Between(from, to, zone);
                var fires = Make(cron, zone).Between(from, to.AddTicks(-1), 10_000);
                Assert.True(expected.SequenceEqual(fires), $"seed {Seed}, '{cron}' in {zone.Id} from {from:O} to {to:O}: expected "
                    + $"{string.Join(", ", expected.Select(e => e.ToString("dd'T'HH:mm'Z'", CultureInfo.InvariantCulture)))}; "
                    + $"got {string.Join(", ", fires.Select(e => e.ToString("dd'T'HH:mm'Z'", CultureInfo.InvariantCulture)))}");
            }
        }
    }

    [Theory]
    [InlineData("Africa/Casablanca")]
    [InlineData("Africa/El_Aaiun")]
    [InlineData("Europe/Dublin")]
    [InlineData("Europe/Berlin")]
    [InlineData("Australia/Lord_Howe")]
    [InlineData("Antarctica/Troll")]
    [InlineData("America/Nuuk")]
    [InlineData("Africa/Juba")]
    public void Between_EveryCronAroundEveryChangeOfTheOddZones_IsWhatAWalkOverTheMinutesGives(string name)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(name);
        foreach (var change in Changes(zone).Where(c => c.Year is > 2019 and < 2028))
        {
            foreach (var cron in s_crons)
            {
                var (from, to) = (change.AddHours(-26), change.AddHours(27));
                Assert.Equal(new ReckonedCron(cron).Between(from, to, zone), Make(cron, zone).Between(from, to.AddTicks(-1), 10_000));
            }
        }
    }

    [Fact]
    public void Next_NightlyInEveryZoneOverTwentyYears_AlwaysIncreasesAndComesOnceEachDayOfTheWall()
    {
        foreach (var (zone, _) in s_zones.Value)
        {
            var nightly = Make("0 30 2 * * ?", zone);
            var days = 0;
            var at = s_from;
            while (nightly.Next(at) is { } next && next < s_to)
            {
                Assert.True(next > at && next - at < TimeSpan.FromHours(50), $"{zone.Id}: {next:O} follows {at:O}");
                (at, days) = (next, days + 1);
            }
            Assert.InRange(days, 7_670, 7_672);
        }
    }

    [Fact]
    public void Next_FromAnyInstantOfTheDoubledHour_IsLaterThanIt()
    {
        var casablanca = Make("0 30 2 * * ?", TimeZoneInfo.FindSystemTimeZoneById("Africa/Casablanca"));
        var chance = new Random(Seed);
        for (var i = 0; i < 2_000; i++)
        {
            var at = new DateTimeOffset(2026, 2, 14, 0, 0, 0, TimeSpan.Zero).AddTicks(chance.NextInt64(TimeSpan.TicksPerDay * 2));
            Assert.InRange(casablanca.Next(at)!.Value - at, TimeSpan.FromTicks(1), TimeSpan.FromHours(26));
        }
    }

    private static CronOccurrences Make(string cron, TimeZoneInfo zone) =>
        new(new Schedule(cron, zone.Id, MisfirePolicy.RunLatest, OverlapPolicy.Queue), "jobs/churn.yaml, schedule");

    private static IReadOnlyList<(TimeZoneInfo Zone, IReadOnlyList<DateTimeOffset> Changes)> Zones() =>
        [.. TimeZoneInfo.GetSystemTimeZones().Select(z => (Zone: z, Changes: Changes(z)))
            .DistinctBy(z => z.Zone.GetUtcOffset(s_from) + "|" + string.Join(',', z.Changes.Select(c => $"{c:yyMMddHHmm}{z.Zone.GetUtcOffset(c)}")))];

    private static IReadOnlyList<DateTimeOffset> Changes(TimeZoneInfo zone)
    {
        var changes = new List<DateTimeOffset>();
        for (var at = s_from; at < s_to; at = at.AddHours(8))
        {
            if (zone.GetUtcOffset(at) == zone.GetUtcOffset(at.AddHours(8)))
                continue;
            var change = at;
            while (zone.GetUtcOffset(change) == zone.GetUtcOffset(at))
                change = change.AddMinutes(1);
            changes.Add(change);
        }
        return changes;
    }
}
