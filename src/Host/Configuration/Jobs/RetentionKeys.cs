using BatchEngine.Domain;
using BatchEngine.Host.Configuration.Describing;
using BatchEngine.Host.Configuration.KeyTypes;

namespace BatchEngine.Host.Configuration.Jobs;

/// <summary>The keys of "retention", in the engine's configuration and, for what belongs to runs, in a job.</summary>
internal static class RetentionKeys
{
    private static readonly (RetentionKind Kind, Key<TimeSpan> Key)[] s_ofRuns =
    [
        Age(RetentionKind.RunFiles, "runFiles",
            "Run files after their run has ended; a night carries files over from the one before, so at least the time between two nights."),
        Age(RetentionKind.Outputs, "outputs", "Output files in the blob store; what was exported to the job's output folder stays."),
        Age(RetentionKind.DeadLetters, "deadLetters", "Dead letters in the blob store."),
        Age(RetentionKind.Snapshots, "snapshots", "Snapshots after another took their place: so far back snapshots rollback goes."),
        Age(RetentionKind.Profiles, "profiles", "Column profiles and drift reports."),
        Age(RetentionKind.Runs, "runs",
            "Plans, shards and receipts of runs of which nothing else is kept, and what a failed run had; its line in runs list and its cost stay."),
    ];

    private static readonly (RetentionKind Kind, Key<TimeSpan> Key)[] s_others =
    [
        Age(RetentionKind.Decisions, "decisions", "Decisions on schedules and on runs that were retired."),
        Age(RetentionKind.UnstartedRuns, "unstartedRuns", "Nights that could not start; the latest of a job stays."),
        Age(RetentionKind.Answers, "answers", "How many look-ups were answered how, by the hour; costs for 1,000 served are reckoned from them."),
        Age(RetentionKind.Workers, "workers", "Workers that have gone."),
    ];

    public static Key<int> KeepSnapshots { get; } = new("keepSnapshots", new WholeNumberType<int>(1, 1_000),
        "So many snapshots of a name are kept whatever their age, counted back from the one that serves.", RetentionRules.Default.KeepSnapshots);

    public static Key<bool> EveryDay { get; } = new("everyDay", FlagType.Either,
        "Whether serve and scheduler let go once a day what is old enough; else only batchengine retention apply does.", false);

    /// <summary>In the engine's configuration.</summary>
    public static SectionKey Section { get; } = new("retention", "How long what has outlived its use is kept.",
        [EveryDay, .. s_ofRuns.Select(k => k.Key), KeepSnapshots, .. s_others.Select(k => k.Key)]);

    /// <summary>In a job.</summary>
    public static SectionKey OfJob { get; } = new("retention", "How long this job's are kept, where it differs from the engine's configuration.",
        [.. s_ofRuns.Select(k => Wish(k.Key)), new Key<int>(KeepSnapshots.Name, new WholeNumberType<int>(1, 1_000), KeepSnapshots.Sentence)
        { Otherwise = "as the engine's configuration says" }]);

    /// <summary>Reads the engine's.</summary>
    public static RetentionRules Read(SectionReader section) => new(
        s_ofRuns.Concat(s_others).ToDictionary(k => k.Kind, k => section.Read(k.Key)), section.Read(KeepSnapshots));

    /// <summary>Reads a job's; null means that it says nothing.</summary>
    public static JobRetention? ReadOfJob(SectionReader job)
    {
        var section = job.Section(OfJob);
        var ages = new SortedDictionary<string, TimeSpan>(StringComparer.Ordinal);
        foreach (var (kind, key) in s_ofRuns.Zip(OfJob.Keys.OfType<Key<TimeSpan>>(), (k, own) => (k.Kind, own)))
        {
            if (section.ReadOrNull(key) is { } age)
                ages[kind.ToString()] = age;
        }
        var keep = section.ReadOrNull(OfJob.Keys.OfType<Key<int>>().Single());
        return ages.Count == 0 && keep is null ? null : new JobRetention(ages, keep);
    }

    private static (RetentionKind, Key<TimeSpan>) Age(RetentionKind kind, string name, string summary) =>
        (kind, new Key<TimeSpan>(name, AgeType.Instance, summary, RetentionRules.Default.Ages[kind]));

    private static Key<TimeSpan> Wish(Key<TimeSpan> key) => new(key.Name, AgeType.Instance, key.Sentence) { Otherwise = "as the engine's configuration says" };
}
