using BatchEngine.Domain;
using BatchEngine.Host.Configuration.KeyTypes;
using BatchEngine.Scheduler.Triggers;

namespace BatchEngine.Host.Configuration.Jobs;

/// <summary>Texts of a job file that have a rule of their own.</summary>
internal static class JobTexts
{
    /// <summary>The name of a job or of what it serves.</summary>
    public static TextType Name { get; } = new("1 to 100 letters, digits, '.', '-' or '_'")
    {
        Called = "name: 1 to 100 letters, digits, `.`, `-` or `_`",
        ProblemOf = text => RunId.IsName(text) ? null : "",
        Remedy = "Names stand in URLs and file names.",
        Pattern = "^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$",
    };

    /// <summary>A Quartz cron expression.</summary>
    public static TextType Cron { get; } = new(
        "six or seven cron fields (second minute hour day-of-month month day-of-week [year]) with '?' in one of the two day fields, such as 0 0 2 * * ?")
    {
        ProblemOf = CronSpelling.ProblemOf,
        Called = "cron expression",
        Remedy = "Start with the seconds; write '?' in one of the two day fields.",
        Examples = ["0 0 2 * * ?", "0 0/15 8-17 ? * MON-FRI"],
    };

    /// <summary>An IANA time zone.</summary>
    public static TextType TimeZone { get; } = new("an IANA time zone such as UTC or Europe/Berlin")
    {
        Called = "IANA time zone",
        ProblemOf = text => TimeZoneInfo.TryFindSystemTimeZoneById(text, out _) ? null : "",
        Examples = ["UTC", "Europe/Berlin"],
    };

    /// <summary>What a run's columns are compared with.</summary>
    public static TextType Baseline { get; } = new("previous, first or a run id (job_20261123T020000Z)")
    {
        Called = "`previous`, `first` or a run id",
        ProblemOf = text => text is "previous" or "first" || IsRun(text) ? null : "",
        Examples = ["previous", "first"],
    };

    private static bool IsRun(string text)
    {
        try
        {
            RunId.Parse(text);
            return true;
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
