using Quartz;

namespace BatchEngine.Scheduler.Triggers;

/// <summary>Says what is wrong with a cron expression, field by field, in the words of Quartz, which reads it in the end.</summary>
public static class CronSpelling
{
    private const int DayOfMonth = 3;
    private const int DayOfWeek = 5;
    private static readonly DateTimeOffset s_firstYear = new(1970, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly string[] s_fields = ["second", "minute", "hour", "day of month", "month", "day of week", "year"];

    /// <summary>Null means that the expression is well formed; else what is wrong with it: "5 fields", "'25' as hour: ...".</summary>
    /// <remarks>Quartz would take '?' in both day fields or in neither; here exactly one has it, so that nobody has to know what the other means.</remarks>
    public static string? ProblemOf(string cron)
    {
        var fields = cron.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length is not (6 or 7))
            return $"{fields.Length} fields";
        for (var field = 0; field < fields.Length; field++)
        {
            foreach (var part in fields[field].Split(','))
            {
                if (ProblemOf(field, part) is { } problem)
                    return $"'{part}' as {s_fields[field]}: {problem}";
            }
        }
        var isDayOfMonthOpen = fields[DayOfMonth] == "?";
        if (isDayOfMonthOpen == (fields[DayOfWeek] == "?"))
            return "'?' in " + (isDayOfMonthOpen ? "both day fields" : "neither day field");
        return Refusal(cron) ?? (new CronExpression(cron, TimeZoneInfo.Utc).GetNextValidTimeAfter(s_firstYear) is null
            ? "days and months that never meet: it never fires" : null);
    }

    // One part in its field, with every other field open, so that Quartz can only mean this part.
    private static string? ProblemOf(int field, string part)
    {
        if (part.Length == 0)
            return "nothing beside a comma";
        if (part == "?" && field is DayOfMonth or DayOfWeek)
            return null;
        string[] open = field == DayOfWeek ? ["*", "*", "*", "?", "*", "*", "*"] : ["*", "*", "*", "*", "*", "?", "*"];
        open[field] = part;
        return Refusal(string.Join(' ', open));
    }

    private static string? Refusal(string cron)
    {
        try
        {
            _ = new CronExpression(cron);
            return null;
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            return e.Message.TrimEnd('.');
        }
    }
}
