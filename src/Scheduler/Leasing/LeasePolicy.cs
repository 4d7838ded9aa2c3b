using BatchEngine.Domain;

namespace BatchEngine.Scheduler.Leasing;

/// <summary>How leases are held, renewed and waited for. <see cref="Validate"/> says what is wrong with one.</summary>
public sealed record LeasePolicy
{
    private const int RenewalsPerTtl = 3;

    /// <summary>The defaults.</summary>
    public static LeasePolicy Default { get; } = new();

    /// <summary>The defaults for leases of another life, renewed three times within it.</summary>
    public static LeasePolicy Living(TimeSpan ttl) => new() { Ttl = ttl, RenewEvery = TimeSpan.FromTicks(ttl.Ticks / RenewalsPerTtl) };

    /// <summary>How long a lease lives without renewal. Default 30 s; 1 s to 1 h. A dead worker's shard is taken over at most this much later.</summary>
    public TimeSpan Ttl { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a holder renews. Default 10 s; at most a third of <see cref="Ttl"/>, so that two renewals may fail.</summary>
    public TimeSpan RenewEvery { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The shortest wait of a worker that found no free shard. Default 50 ms; above zero.</summary>
    public TimeSpan MinWait { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The longest wait of a worker that found no free shard: it also waits for the earliest expiry. Default 1 s; at least <see cref="MinWait"/>, at
    /// most <see cref="Ttl"/>.</summary>
    public TimeSpan MaxWait { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often progress is reported. Default 250 ms; above zero.</summary>
    public TimeSpan ProgressEvery { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How long a worker asked to leave may take to reach its next checkpoint before it drops the shard. Default 20 s, inside the shortest cloud
    /// notice of 30 s; zero drops it at once.</summary>
    public TimeSpan DrainGrace { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How often one worker tries again after a transient failure in a row before it gives up. Default 5; 0 to 100.</summary>
    public int MaxTransientRetries { get; init; } = 5;

    /// <summary>How often a shard may be tried in vain (its worker died, or gave it back after a failure) since the run was started or resumed, before the run
    /// fails. Default 200; at least 1.</summary>
    public int MaxAttemptsPerShard { get; init; } = 200;

    /// <summary>How often the coordinator starts another child process in place of one that died. Default 100 a run; at least 0.</summary>
    public int MaxWorkerRestarts { get; init; } = 100;

    /// <summary>Every property that is out of range, with the value seen; empty when the policy can be used.</summary>
    public IReadOnlyList<string> Validate()
    {
        var problems = new List<string>();
        Check(Ttl >= TimeSpan.FromSeconds(1) && Ttl <= TimeSpan.FromHours(1), nameof(Ttl), Ttl, "1 s to 1 h");
        Check(RenewEvery > TimeSpan.Zero
            && RenewEvery * RenewalsPerTtl <= Ttl, nameof(RenewEvery), RenewEvery, $"above zero and at most a third of {nameof(Ttl)} ({Ttl})");
        Check(MinWait > TimeSpan.Zero, nameof(MinWait), MinWait, "above zero");
        Check(MaxWait >= MinWait && MaxWait <= Ttl, nameof(MaxWait), MaxWait, $"{nameof(MinWait)} ({MinWait}) to {nameof(Ttl)} ({Ttl})");
        Check(ProgressEvery > TimeSpan.Zero, nameof(ProgressEvery), ProgressEvery, "above zero");
        Check(DrainGrace >= TimeSpan.Zero, nameof(DrainGrace), DrainGrace, "zero or more");
        Check(MaxTransientRetries is >= 0 and <= 100, nameof(MaxTransientRetries), MaxTransientRetries, "0 to 100");
        Check(MaxAttemptsPerShard >= 1, nameof(MaxAttemptsPerShard), MaxAttemptsPerShard, "at least 1");
        Check(MaxWorkerRestarts >= 0, nameof(MaxWorkerRestarts), MaxWorkerRestarts, "at least 0");
        return problems;

        void Check(bool holds, string name, object seen, string expected)
        {
            if (!holds)
                problems.Add($"{name}: found {seen}, expected {expected}");
        }
    }

    /// <summary>Throws when <see cref="Validate"/> has anything to say.</summary>
    /// <exception cref="BadInputException">A property is out of range; the message names all of them.</exception>
    public LeasePolicy Checked() => Validate() is { Count: > 0 } problems
        ? throw new BadInputException("leaseTtl", string.Join("; ", problems), "values in range",
            "Mend leaseTtl in the configuration, or leave it out for the default.")
        : this;
}
