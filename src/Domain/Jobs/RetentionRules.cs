namespace BatchEngine.Domain;

/// <summary>How long each kind is kept after the run that made it has ended, or after it happened. <see cref="Forever"/> keeps it.</summary>
/// <param name="Ages">One age a kind; a kind that is not named is kept forever.</param>
/// <param name="KeepSnapshots">So many snapshots of a name are kept whatever their age, counted back from the one that serves; at least 1.</param>
public sealed record RetentionRules(IReadOnlyDictionary<RetentionKind, TimeSpan> Ages, int KeepSnapshots)
{
    /// <summary>Kept for good.</summary>
    public static readonly TimeSpan Forever = TimeSpan.MaxValue;

    /// <summary>What is kept when nobody says otherwise.</summary>
    public static RetentionRules Default { get; } = new(new Dictionary<RetentionKind, TimeSpan>
    {
        [RetentionKind.RunFiles] = TimeSpan.FromDays(3),
        [RetentionKind.Outputs] = TimeSpan.FromDays(30),
        [RetentionKind.DeadLetters] = TimeSpan.FromDays(90),
        [RetentionKind.Snapshots] = TimeSpan.FromDays(14),
        [RetentionKind.Profiles] = TimeSpan.FromDays(180),
        [RetentionKind.Runs] = TimeSpan.FromDays(90),
        [RetentionKind.Decisions] = TimeSpan.FromDays(365),
        [RetentionKind.UnstartedRuns] = TimeSpan.FromDays(90),
        [RetentionKind.Answers] = TimeSpan.FromDays(400),
        [RetentionKind.Workers] = TimeSpan.FromDays(30),
    }, 3);

    /// <summary>Equal when they say the same.</summary>
    public bool Equals(RetentionRules? other) => other is not null && KeepSnapshots == other.KeepSnapshots && Ages.Count == other.Ages.Count
        && Ages.All(a => other.Ages.TryGetValue(a.Key, out var age) && age == a.Value);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(KeepSnapshots, Ages.Count);

    /// <summary>Before which instant what has ended may go; null means that it is kept.</summary>
    public DateTimeOffset? Before(RetentionKind kind, DateTimeOffset now) =>
        Ages.TryGetValue(kind, out var age) && age < now - DateTimeOffset.UnixEpoch ? now - age : null;
}
