using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Storage.Database.Lanes;

namespace BatchEngine.Scheduler.Triggers;

/// <summary>A lane's next state and the decisions that explain it, as pure functions of the state that is stored. Null always means that nothing
/// changes.</summary>
/// <param name="Next">The state after the change.</param>
/// <param name="Decisions">What was decided and why.</param>
internal sealed record LaneChange(LaneState Next, IReadOnlyList<Decision> Decisions)
{
    /// <summary>A schedule as lanes keep it.</summary>
    public static string TextOf(Schedule schedule) => $"{schedule.Cron} | {schedule.TimeZone}";

    /// <summary>Queues what is due, and says what of it is skipped.</summary>
    /// <param name="state">What is stored.</param>
    /// <param name="schedule">The job's schedule.</param>
    /// <param name="next">The first occurrence strictly after an instant, or null.</param>
    /// <param name="settings">How many runs may wait or be caught up.</param>
    /// <param name="now">The present.</param>
    public static LaneChange? Due(LaneState state, Schedule schedule, Func<DateTimeOffset, DateTimeOffset?> next, TriggerSettings settings, DateTimeOffset now)
    {
        // Of schedulers whose files differ, the one whose schedule is in force says what is due.
        if (state.IsPaused || state.Schedule != TextOf(schedule))
            return null;
        var plan = DueRuns.Make(state.HandledThrough, now, next, schedule.Misfire, settings.Misfires);
        if (plan.HandledThrough == state.HandledThrough)
            return null;
        var skips = state.Pending.Count > 0 && schedule.Overlap == OverlapPolicy.Skip;
        List<DateTimeOffset> start = skips ? [] : [.. plan.Start.Take(settings.MaxQueued - state.Pending.Count)];
        var after = state with { HandledThrough = plan.HandledThrough, Pending = [.. state.Pending, .. start] };
        var decisions = new List<Decision>();
        if (plan.Skipped > 0)
        {
            decisions.Add(Decide(state, null, now, DecisionSubject.Misfire,
                string.Create(CultureInfo.InvariantCulture, $"{plan.Skipped} missed run(s) skipped"),
                string.Create(CultureInfo.InvariantCulture,
                    $"due from {plan.FirstSkipped:O} to {plan.LastSkipped:O} while nobody could start them; the policy is {schedule.Misfire}")));
        }
        foreach (var instant in plan.Start.Skip(start.Count))
        {
            decisions.Add(Decide(state, new RunId(state.Job, instant), now, skips ? DecisionSubject.Overlap : DecisionSubject.QueueFull, "skipped",
                string.Create(CultureInfo.InvariantCulture,
                    $"{after.Pending.Count} earlier run(s) have not ended; the policy is {schedule.Overlap}, at most {settings.MaxQueued} wait")));
        }
        return new LaneChange(after, decisions);
    }

    /// <summary>Takes an instant out whose run ended.</summary>
    public static LaneChange? Ended(LaneState state, DateTimeOffset instant) =>
        state.Pending.Contains(instant) ? new LaneChange(state with { Pending = [.. state.Pending.Where(p => p != instant)] }, []) : null;

    /// <summary>Takes an instant out that is given up, and says what was given up and why.</summary>
    public static LaneChange? GivenUp(LaneState state, DateTimeOffset instant, string what, string why, DateTimeOffset now) =>
        Ended(state, instant) is { } ended
            ? ended with { Decisions = [Decide(state, new RunId(state.Job, instant), now, DecisionSubject.RunFailed, what, why)] } : null;

    /// <summary>Pauses the job, or lets it go on; what was due while it was paused is skipped, because a person wanted it so.</summary>
    public static LaneChange? Paused(LaneState state, bool isPaused, DateTimeOffset now)
    {
        if (state.IsPaused == isPaused)
            return null;
        var through = isPaused || now < state.HandledThrough ? state.HandledThrough : now;
        return new LaneChange(state with { IsPaused = isPaused, HandledThrough = through },
            [Decide(state, null, now, DecisionSubject.Schedule, isPaused ? "paused" : "resumed",
                isPaused ? "asked for by a person" : "runs that were due while it was paused are skipped")]);
    }

    private static Decision Decide(LaneState state, RunId? run, DateTimeOffset now, DecisionSubject subject, string choice, string reason) =>
        new(run, now, subject, $"job {state.Job}: {choice}", reason);
}
