using BatchEngine.Domain;

namespace BatchEngine.Host.Configuration.Jobs;

/// <summary>What a check of one job file found.</summary>
/// <param name="File">The file as the person named it.</param>
/// <param name="Job">The job's name; empty when it could not be read.</param>
/// <param name="Problems">What is wrong, in file order; empty means nothing.</param>
public sealed record JobFileFindings(string File, string Job, IReadOnlyList<BadInputException> Problems)
{
    /// <summary>What is no problem but easily mistaken, in sentences.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The job; null when nothing could be read. Only what has no problems may be run.</summary>
    public ScoringJob? Read { get; init; }

    /// <summary>The other files that it names and that were read too: its features.</summary>
    public IReadOnlyList<string> Named { get; init; } = [];
}
