using System.Globalization;
using BatchEngine.Domain;

namespace BatchEngine.Scheduler.Runs;

/// <summary>A serving name belongs to the job whose snapshot is served under it. Pure.</summary>
public static class NameOwner
{
    /// <summary>Whether the job may serve under its name: nothing is served there, or its own, or what the job says it takes over from.</summary>
    public static bool Allows(ScoringJob job, SnapshotInfo? current) =>
        current is null || current.Run.Job == job.Name || current.Run.Job == job.Serving.FormerJob;

    /// <summary>Why the job may not, and what to do.</summary>
    public static string Explain(ScoringJob job, SnapshotInfo current) => Refuse(job, current).Message;

    /// <summary>The failure for a job that may not.</summary>
    public static BadInputException Refuse(ScoringJob job, SnapshotInfo current) => new($"job {job.Name}, serving.name", $"'{job.Serving.Name}'",
        string.Create(CultureInfo.InvariantCulture,
            $"a name that no other job serves; snapshot {current.Id} of job {current.Run.Job} is served under this one"),
        $"Give one of them another name, or, when {job.Name} takes the place of {current.Run.Job}, say so: serving.formerJob: {current.Run.Job}.");
}
