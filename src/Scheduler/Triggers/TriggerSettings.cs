using BatchEngine.Storage.Database.Lanes;

namespace BatchEngine.Scheduler.Triggers;

/// <summary>How the scheduler looks again, queues and retries.</summary>
public sealed record TriggerSettings
{
    /// <summary>The defaults.</summary>
    public static TriggerSettings Default { get; } = new();

    /// <summary>How many missed fires are caught up, and how far back.</summary>
    public MisfireLimits Misfires { get; init; } = MisfireLimits.Default;

    /// <summary>How often every job is looked at although nothing fired, so that a wake-up that the timer lost delays a run by no more than this. Default 30
    /// s.</summary>
    public TimeSpan SweepEvery { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The most runs of one job that wait; more are skipped and recorded. Default 100.</summary>
    public int MaxQueued { get; init; } = 100;

    /// <summary>How long to wait before a start is tried again that failed for now. Default 15 s.</summary>
    public TimeSpan RetryEvery { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How often a run that could not start is tried again inside its job's window (<see cref="Domain.ScoringJob.WaitsForInput"/>). Default 30
    /// s.</summary>
    public TimeSpan LookForInputEvery { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often the copy of a published run's output is tried before the lane goes on without it. Default 20: five minutes at the default
    /// pace.</summary>
    public int MaxExportTries { get; init; } = 20;

    /// <summary>How often a run is looked after that another process leads: so long after its lead has ended it is taken over. Default 2 s.</summary>
    public TimeSpan FollowEvery { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Whose jobs these are. Default a nameless source that lives 30 s.</summary>
    public LaneSource Source { get; init; } = new("", "", TimeSpan.FromSeconds(30));

    /// <summary>How often one start is tried before it is given up and recorded. Default 5,760: a day at the default pace.</summary>
    public int MaxTries { get; init; } = 5_760;
}
