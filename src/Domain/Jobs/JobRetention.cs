namespace BatchEngine.Domain;

/// <summary>How long what a job's runs leave is kept, where that differs from what holds for all jobs.</summary>
/// <param name="Ages">By the name of the <see cref="RetentionKind"/>.</param>
/// <param name="KeepSnapshots">So many snapshots are kept; null means as for all jobs.</param>
public sealed record JobRetention(IReadOnlyDictionary<string, TimeSpan> Ages, int? KeepSnapshots)
{
    /// <summary>The rules of all jobs with this job's in their place.</summary>
    public RetentionRules Over(RetentionRules rules)
    {
        var ages = rules.Ages.ToDictionary(a => a.Key, a => a.Value);
        foreach (var (name, age) in Ages)
            ages[Enum.Parse<RetentionKind>(name)] = age;
        return new RetentionRules(ages, KeepSnapshots ?? rules.KeepSnapshots);
    }
}
