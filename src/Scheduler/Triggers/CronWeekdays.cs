using System.Globalization;
using Quartz;

namespace BatchEngine.Scheduler.Triggers;

/// <summary>Says on which days a cron expression fires that names days of the week by number. Here Sunday is 1, elsewhere Monday often is, so a person should
/// see the names. Pure.</summary>
public static class CronWeekdays
{
    private const int DayOfWeek = 5;
    private static readonly DateTimeOffset s_sunday = new(2023, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>"'1-5' as day of week fires Sunday to Thursday: days are numbered from Sunday = 1 (names such as MON-FRI are never mistaken)."; null means that
    /// no day is named by a number.</summary>
    /// <param name="cron">A well-formed expression.</param>
    public static string? NoteOf(string cron)
    {
        var field = cron.Split(' ', StringSplitOptions.RemoveEmptyEntries)[DayOfWeek];
        // After '#' and '/' stand counts, no days.
        if (!field.Split(',').Any(part => part.Length > 0 && part.Split('#', '/')[0].Any(char.IsAsciiDigit)))
            return null;
        var days = new CronExpression($"0 0 0 ? * {field}", TimeZoneInfo.Utc);
        // Five years show every kind of month, so that a fifth Friday is found too.
        var fires = Enumerable.Range(0, 1_826).Select(day => s_sunday.AddDays(day)).Where(days.IsSatisfiedBy).Select(day => day.DayOfWeek).Distinct()
            .Order().ToList();
        return $"'{field}' as day of week fires {Named(fires)}: days are numbered from Sunday = 1 (names such as MON-FRI are never mistaken).";
    }

    private static string Named(List<DayOfWeek> days)
    {
        var names = days.Select(day => CultureInfo.InvariantCulture.DateTimeFormat.GetDayName(day)).ToList();
        if (days.Count > 2 && days[^1] - days[0] == days.Count - 1)
            return $"{names[0]} to {names[^1]}";
        return names.Count < 2 ? string.Concat(names) : $"{string.Join(", ", names[..^1])} and {names[^1]}";
    }
}
