using BatchEngine.Domain;
using BatchEngine.Host.Configuration.Describing;
using BatchEngine.Host.Configuration.KeyTypes;

namespace BatchEngine.Host.Configuration.Jobs;

/// <summary>The keys of "serving".</summary>
internal static class ServingKeys
{
    private static readonly ServingContract s_preset = ServingContract.Default("");

    public static Key<string> Name { get; } = new("name", JobTexts.Name, "The name in the URL.") { Otherwise = "the job's name" };

    public static Key<string> FormerJob { get; } = new("formerJob", JobTexts.Name,
        "The job that served under this name until now; this one takes its place.")
    { Otherwise = "only a name that no other job serves" };

    public static Key<TimeSpan> MaxAge { get; } = new("maxAge", DurationType.Any, "Older predictions are stale.") { Otherwise = "no limit" };

    public static Key<double> MinConfidence { get; } = new("minConfidence", new NumberType(0, 1), "Less confident predictions are scored in real time.")
    {
        Otherwise = "no limit",
    };

    public static Key<bool> Realtime { get; } = new("realtime", FlagType.Either,
        "Whether missing, stale or unsure cases may be scored in real time.", s_preset.Realtime);

    public static Key<int> MaxConcurrentRealtime { get; } = new("maxConcurrentRealtime", new WholeNumberType<int>(1, 65_536),
        "The most real-time scorings at once; more are refused as overloaded.", s_preset.MaxConcurrentRealtime);

    public static Key<TimeSpan> RealtimeDeadline { get; } = new("realtimeDeadline", DurationType.Any,
        "A real-time answer later than this is a failure.", s_preset.RealtimeDeadline);

    public static Key<bool> FallBack { get; } = new("fallBack", FlagType.Either,
        "Whether the snapshot that served before answers, with an alarm, when the current one is damaged or missing at a start.", s_preset.FallsBack);

    public static SectionKey Section { get; } = new("serving", "What applications may expect of look-ups.",
        Name, FormerJob, MaxAge, MinConfidence, Realtime, MaxConcurrentRealtime, RealtimeDeadline, FallBack);

    /// <summary>Reads the section.</summary>
    public static ServingContract Read(SectionReader job, string jobName)
    {
        var serving = job.Section(Section);
        return new ServingContract(serving.ReadOrNull(Name) ?? jobName, serving.ReadOrNull(MaxAge), serving.ReadOrNull(MinConfidence),
            serving.Read(Realtime), serving.Read(MaxConcurrentRealtime), serving.Read(RealtimeDeadline))
        {
            FormerJob = serving.ReadOrNull(FormerJob),
            FallsBack = serving.Read(FallBack),
        };
    }
}
