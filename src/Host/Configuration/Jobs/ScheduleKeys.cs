using BatchEngine.Domain;
using BatchEngine.Host.Configuration.Describing;
using BatchEngine.Host.Configuration.KeyTypes;

namespace BatchEngine.Host.Configuration.Jobs;

/// <summary>The keys of "schedule".</summary>
internal static class ScheduleKeys
{
    public static Key<string> Cron { get; } = new("cron", JobTexts.Cron, "Quartz cron, seconds first, with '?' in one of the two day fields.")
    {
        IsRequired = true,
    };

    public static Key<string> TimeZone { get; } = new("timeZone", JobTexts.TimeZone, "The time zone of the cron expression.", "UTC");

    public static Key<MisfirePolicy> Misfire { get; } = new("misfire", new ChoiceType<MisfirePolicy>(),
        "What happens to fires that nobody was there for.", MisfirePolicy.RunLatest);

    public static Key<OverlapPolicy> Overlap { get; } = new("overlap", new ChoiceType<OverlapPolicy>(),
        "What happens while the earlier run is still going.", OverlapPolicy.Queue);

    public static SectionKey Section { get; } = new("schedule", "When the job runs.", Cron, TimeZone, Misfire, Overlap)
    {
        Otherwise = "only when a person starts it",
    };

    /// <summary>Reads the section; null means that it is not given: the job runs only when a person starts it.</summary>
    public static Schedule? Read(SectionReader job)
    {
        var schedule = job.Section(Section);
        var read = new Schedule(schedule.Read(Cron), schedule.Read(TimeZone), schedule.Read(Misfire), schedule.Read(Overlap));
        return job.Find(Section) is null ? null : read;
    }
}
