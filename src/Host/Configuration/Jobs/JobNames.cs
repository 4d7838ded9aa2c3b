using BatchEngine.Domain;

namespace BatchEngine.Host.Configuration.Jobs;

/// <summary>The names of several job files: each job has one of its own, and serves under one of its own. Not thread-safe.</summary>
internal sealed class JobNames
{
    private readonly Dictionary<string, string> _jobs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _served = new(StringComparer.Ordinal);

    /// <summary>Takes the names of one more job; what is wrong with them beside those of the files before.</summary>
    public IEnumerable<BadInputException> Add(string file, ScoringJob job)
    {
        if (job.Name.Length == 0)
            yield break;
        if (!_jobs.TryAdd(job.Name, file))
        {
            yield return new BadInputException(file, $"job '{job.Name}'", "each job's name once", $"{_jobs[job.Name]} has it too; rename one of the two.");
            yield break;
        }
        if (!_served.TryAdd(job.Serving.Name, file))
            yield return new BadInputException(file, $"serving.name '{job.Serving.Name}'", "each serving name in one job",
                $"{_served[job.Serving.Name]} serves under it too, and one would replace the predictions of the other every night; rename one of the two.");
    }
}
