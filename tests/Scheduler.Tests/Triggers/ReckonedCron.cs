using System.Globalization;

namespace BatchEngine.Scheduler.Tests.Triggers;

/// <summary>When a cron expression fires, reckoned in the plainest way: minute by minute of UTC, each shown on the zone's wall clock and compared with the
/// fields. Knows numbers, names of days, '*', lists, ranges, steps, and 'L' as day of month; the second is 0.</summary>
internal sealed class ReckonedCron
{
    private static readonly string[] s_days = ["", "SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
    private readonly bool[] _minutes, _hours, _daysOfMonth, _months, _daysOfWeek;
    private readonly bool _isLastDay, _bothPasses, _isEveryHour;

    public ReckonedCron(string cron)
    {
        var fields = cron.Split(' ');
        Assert.Equal("0", fields[0]);
        _minutes = Values(fields[1], 0, 59);
        _hours = Values(fields[2], 0, 23);
        _isLastDay = fields[3] == "L";
        _daysOfMonth = Values(_isLastDay ? "?" : fields[3], 1, 31);
        _months = Values(fields[4], 1, 12);
        _daysOfWeek = Values(fields[5], 1, 7);
        _bothPasses = fields.Take(3).Any(f => f.IndexOfAny(['*', '-', '/']) >= 0);
        _isEveryHour = _hours.All(h => h);
    }

    /// <summary>Every instant after <paramref name="from"/> and before <paramref name="to"/>, on which the clocks are not changed.</summary>
    public List<DateTimeOffset> Between(DateTimeOffset from, DateTimeOffset to, TimeZoneInfo zone)
    {
        var fires = new List<DateTimeOffset>();
        var before = TimeZoneInfo.ConvertTime(from, zone).DateTime;
        var latest = before;
        for (var at = from.AddMinutes(1); at < to; at = at.AddMinutes(1))
        {
            var wall = TimeZoneInfo.ConvertTime(at, zone).DateTime;
            var leftOut = false;
            for (var skipped = before.AddMinutes(1); skipped < wall; skipped = skipped.AddMinutes(1))
                leftOut |= !_isEveryHour && Matches(skipped);
            if (leftOut || (Matches(wall) && (_bothPasses || wall > latest)))
                fires.Add(at);
            before = wall;
            latest = wall > latest ? wall : latest;
        }
        return fires;
    }

    private bool Matches(DateTime wall) =>
        _minutes[wall.Minute] && _hours[wall.Hour] && _daysOfMonth[wall.Day] && _months[wall.Month] && _daysOfWeek[(int)wall.DayOfWeek + 1]
        && (!_isLastDay || wall.AddDays(1).Day == 1);

    private static bool[] Values(string field, int least, int most)
    {
        var values = new bool[most + 1];
        foreach (var part in field.Split(','))
        {
            var (range, step) = part.Split('/') is [var left, var right] ? (left, Number(right)) : (part, 1);
            var (from, to) = range is "*" or "?" ? (least, most)
                : range.Split('-') is [var first, var last] ? (Number(first), Number(last))
                : (Number(range), part.Contains('/', StringComparison.Ordinal) ? most : Number(range));
            for (var value = from; value <= to; value += step)
                values[value] = true;
        }
        return values;
    }

    private static int Number(string text) =>
        Array.IndexOf(s_days, text) is > 0 and var day ? day : int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}
