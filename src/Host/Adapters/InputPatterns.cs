using System.Globalization;
using BatchEngine.Domain;

namespace BatchEngine.Host.Adapters;

/// <summary>Fills the scheduled instant into a job's paths. Pure.</summary>
internal static class InputPatterns
{
    /// <summary>"{date}" becomes yyyy-MM-dd, "{hour}" HH and "{run}" the run id, all by the scheduled instant in UTC.</summary>
    public static string Fill(string pattern, RunId run) => pattern
        .Replace("{date}", run.ScheduledAt.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), StringComparison.Ordinal)
        .Replace("{hour}", run.ScheduledAt.ToString("HH", CultureInfo.InvariantCulture), StringComparison.Ordinal)
        .Replace("{run}", run.ToString(), StringComparison.Ordinal);
}
