using System.Globalization;
using BatchEngine.Domain;

namespace BatchEngine.Host.Adapters;

/// <summary>Fills the scheduled instant into a job's paths. Pure.</summary>
internal static class InputPatterns
{
    /// <summary>"{date}" becomes yyyy-MM-dd and "{hour}" HH, as the clocks of the schedule's zone show the scheduled instant; "{run}" the run id.</summary>
    /// <exception cref="BadInputException">The schedule's zone is unknown on this machine.</exception>
    public static string Fill(string pattern, ScoringJob job, RunId run) => pattern
        .Replace("{date}", LocalOf(job, run).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), StringComparison.Ordinal)
        .Replace("{hour}", LocalOf(job, run).ToString("HH", CultureInfo.InvariantCulture), StringComparison.Ordinal)
        .Replace("{run}", run.ToString(), StringComparison.Ordinal);

    /// <summary>What the clocks of the schedule's zone show at the scheduled instant; UTC for a job without a schedule.</summary>
    /// <exception cref="BadInputException">The schedule's zone is unknown on this machine.</exception>
    public static DateTimeOffset LocalOf(ScoringJob job, RunId run)
    {
        if (job.Schedule is not { } schedule)
            return run.ScheduledAt;
        return TimeZoneInfo.TryFindSystemTimeZoneById(schedule.TimeZone, out var zone) ? TimeZoneInfo.ConvertTime(run.ScheduledAt, zone)
            : throw new BadInputException($"job {job.Name}, schedule, timeZone", $"'{schedule.TimeZone}'", "an IANA time zone that this machine knows",
                "Mend the name, or install the zones (package tzdata).");
    }
}
