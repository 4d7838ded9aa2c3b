using BatchEngine.Domain;
using BatchEngine.Scheduler.Events;
using BatchEngine.Scheduler.Runs.History;

namespace BatchEngine.Scheduler.Runs;

/// <summary>Compares where a run will end, by its durable rows a second and the rows that are left, with its job's deadline while it goes on. That it is going
/// to be missed is told and decided once, and so is that it is not any more, and that it was. Used by one coordinator.</summary>
internal sealed class DeadlineWatch(RunContext context)
{
    /// <summary>How often it looks.</summary>
    public static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    /// <summary>The rows of that long tell the speed.</summary>
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(5);

    // Rows become durable in bursts: a pause is no slowness before it is longer than any before.
    private const int PausesToWait = 2;
    private const int LooksToTell = 3;
    private const double Margin = 0.05;

    // One at each change.
    private readonly List<(DateTimeOffset At, long Rows)> _samples = [];
    private DateTimeOffset _lookedAt = DateTimeOffset.MinValue;
    private TimeSpan? _after;
    private int _against;
    private bool _isMissed;

    /// <summary>When the run is going to end, while that is after its deadline; null means that nothing is known against it.</summary>
    public DateTimeOffset? LateEnd { get; private set; }

    private DateTimeOffset? Due => context.Plan.Job.Deadline is { } deadline ? context.Run.ScheduledAt + deadline : null;

    /// <summary>Looks, when the last look is long enough ago.</summary>
    /// <param name="durable">Rows whose fate is durable.</param>
    /// <param name="now">The time of the look.</param>
    /// <param name="ct">Stops waiting.</param>
    public async Task LookNowAndThenAsync(long durable, DateTimeOffset now, CancellationToken ct)
    {
        if (Due is not { } due || now - _lookedAt < Every)
            return;
        _lookedAt = now;
        if (_samples.Count == 0 || _samples[^1].Rows != durable)
            _samples.Add((now, durable));
        while (_samples.Count > 2 && now - _samples[0].At > Window)
            _samples.RemoveAt(0);
        await LookMissedAsync(ct).ConfigureAwait(false);
        if (_isMissed || await PredictAsync(durable, now, ct).ConfigureAwait(false) is not { } end)
            return;
        var isAgainst = LateEnd is null ? end > due : end <= due - ((due - now) * Margin);
        _against = isAgainst ? _against + 1 : 0;
        if (LateEnd is not null)
            LateEnd = end > due ? end : LateEnd;
        if (_against < LooksToTell)
            return;
        _against = 0;
        await (LateEnd is null ? TellLateAsync(end, due, durable, ct) : TellSafeAsync(end, due, ct)).ConfigureAwait(false);
    }

    /// <summary>Tells once that the deadline has passed.</summary>
    public async Task LookMissedAsync(CancellationToken ct)
    {
        var now = context.Services.Clock.GetUtcNow();
        if (_isMissed || Due is not { } due || now <= due)
            return;
        _isMissed = true;
        var reason = $"its deadline {Figures.Instant(due)} has passed, and it is not done";
        await context.DecideAsync(DecisionSubject.Deadline, "goes on after its deadline", reason, ct).ConfigureAwait(false);
        context.Say(RunEventKind.DeadlineMissed, "deadline", $"{reason}; it goes on.");
        await context.WarnAsync(ct).ConfigureAwait(false);
    }

    private async Task TellLateAsync(DateTimeOffset end, DateTimeOffset due, long durable, CancellationToken ct)
    {
        LateEnd = end;
        var left = context.Plan.Manifest.Rows - durable;
        var reason = $"at {Speed(_lookedAt)} with {Figures.Count(left)} rows left it ends at {Figures.Instant(end)}, its deadline is {Figures.Instant(due)}";
        await context.DecideAsync(DecisionSubject.Deadline, "is going to miss its deadline", reason, ct).ConfigureAwait(false);
        context.Say(RunEventKind.DeadlineAtRisk, "deadline", $"{reason}. More workers help: batchengine worker --any");
        await context.WarnAsync(ct).ConfigureAwait(false);
    }

    private async Task TellSafeAsync(DateTimeOffset end, DateTimeOffset due, CancellationToken ct)
    {
        LateEnd = null;
        var reason = $"at {Speed(_lookedAt)} it ends at {Figures.Instant(end)}, its deadline is {Figures.Instant(due)}";
        await context.DecideAsync(DecisionSubject.Deadline, "meets its deadline after all", reason, ct).ConfigureAwait(false);
        context.Say(RunEventKind.DeadlineSafe, "deadline", reason);
        await context.WarnAsync(ct).ConfigureAwait(false);
    }

    // The measured speed once anything became durable, and the instant until which it is measured; before that, the plan's.
    private (double RowsPerSecond, DateTimeOffset Until)? SpeedAt(DateTimeOffset now)
    {
        if (_samples.Count < 2)
            return context.Plan.Chosen.Duration.TryGet(out var planned) && planned > TimeSpan.Zero
                ? (context.Plan.RowsToRead / planned.TotalSeconds, now) : null;
        var pause = _samples.Zip(_samples.Skip(1), (a, b) => b.At - a.At).Max();
        var until = now - _samples[^1].At <= PausesToWait * pause ? _samples[^1].At : now;
        return ((_samples[^1].Rows - _samples[0].Rows) / (until - _samples[0].At).TotalSeconds, until);
    }

    private string Speed(DateTimeOffset now) => SpeedAt(now) is { } speed ? Figures.Rate(speed.RowsPerSecond) : "an unknown speed";

    private async Task<DateTimeOffset?> PredictAsync(long durable, DateTimeOffset now, CancellationToken ct)
    {
        if (SpeedAt(now) is not { RowsPerSecond: > 0 } speed)
            return null;
        // What follows the scoring, as long as it took the last time.
        _after ??= (await new RunSpeed(context.Stores.Runs, context.Stores.Usage).OverheadAsync(context.Plan.Job, ct).ConfigureAwait(false))
            .TryGet(out var overhead) ? overhead : TimeSpan.Zero;
        var seconds = Math.Min((context.Plan.Manifest.Rows - durable) / speed.RowsPerSecond, TimeSpan.FromDays(3_650).TotalSeconds);
        return speed.Until + TimeSpan.FromSeconds(seconds) + _after;
    }
}
