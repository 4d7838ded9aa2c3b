using BatchEngine.CostModel.Reports;
using BatchEngine.Domain;
using BatchEngine.Host.Composition;
using BatchEngine.Host.Health;
using BatchEngine.Host.Screens;
using BatchEngine.Scheduler.Runs;
using BatchEngine.Scheduler.Triggers;
using BatchEngine.Storage.Database.Runs;

namespace BatchEngine.Host.Serving;

/// <summary>What became of the nights: a line in the log for each, a report as a page, a count, and for what went wrong an alert. Readiness shows what went
/// wrong
/// until a later night of the job ends well or a person settles it, in whatever process: it is read from the rows. Safe for many threads.</summary>
/// <param name="engine">The opened state.</param>
/// <param name="metrics">Counts the nights.</param>
/// <param name="alerts">Tells somebody of a night that went wrong.</param>
/// <param name="logs">Where the lines go.</param>
/// <param name="onlySchedules">Whether the process has no other work, so that it is not ready while it cannot read the rows.</param>
internal sealed class NightBoard(Engine engine, ServeMetrics metrics, AlertCommand alerts, ILoggerFactory logs, bool onlySchedules)
    : INightListener, IReadinessPart
{
    /// <summary>The category of its lines.</summary>
    public const string Category = "BatchEngine.Nights";

    // A probe gives up after a few seconds, and one that is asked of a router must not wait for a database that does not answer.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);
    private readonly LatestNights _nights = new(engine.Database);
    private readonly ILogger _log = logs.CreateLogger(Category);
    private HashSet<string> _watched = [];

    /// <summary>Says whose nights readiness shows.</summary>
    public void Watch(IEnumerable<string> jobs) => Volatile.Write(ref _watched, [.. jobs]);

    /// <inheritdoc/>
    public async Task<PartReadiness> LookAsync(CancellationToken ct)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(s_patience);
        try
        {
            var watched = Volatile.Read(ref _watched);
            var nights = await _nights.ListAsync(patience.Token).WaitAsync(patience.Token).ConfigureAwait(false);
            var troubles = await new RunStore(engine.Database).TroublesAsync(patience.Token).WaitAsync(patience.Token).ConfigureAwait(false);
            return PartReadiness.Works(nights.Where(n => watched.Contains(n.Run.Job)).Select(ProblemOf).OfType<string>()
                .Concat(troubles.Where(t => watched.Contains(t.Run.Job)).SelectMany(ProblemsOf)));
        }
        catch (Exception problem) when ((problem is BatchEngineException and not InvariantBrokenException)
            || (problem is OperationCanceledException && !ct.IsCancellationRequested))
        {
            return new PartReadiness(!onlySchedules, ["What became of the nights cannot be read now."]);
        }
    }

    /// <inheritdoc/>
    public async Task EndedAsync(RunId run, RunOutcome outcome, CancellationToken ct)
    {
        var state = outcome is RunOutcome.AlreadyEnded { Record.State: var already } ? already.ToString() : outcome.GetType().Name;
        metrics.NightEnded(run.Job, state);
        var text = RunScreen.Describe(run, outcome);
        if (state is nameof(RunOutcome.Failed) or nameof(RunOutcome.Held))
            alerts.Call(run, state, text);
        text += await WorkAsync(run, ct).ConfigureAwait(false);
        if (state is nameof(RunOutcome.Failed))
            ServeEvents.NightFailed(_log, text);
        else if (state is nameof(RunOutcome.Held))
            ServeEvents.NightHeld(_log, text);
        else
            ServeEvents.NightEnded(_log, text);
    }

    /// <inheritdoc/>
    public Task NotStartedAsync(RunId run, string reason, DateTimeOffset? retryUntil, CancellationToken ct)
    {
        var text = retryUntil is { } until
            ? $"{run}: cannot start yet and is tried again until {Figures.Instant(until)}. {reason}"
            : $"{run}: not started. {reason}";
        ServeEvents.NightNotStarted(_log, text);
        if (retryUntil is null)
        {
            metrics.NightEnded(run.Job, "NotStarted");
            alerts.Call(run, "NotStarted", text);
        }
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public void Troubled(string job, string what) => ServeEvents.LaneTroubled(_log, job, what);

    // Readiness is read by anybody: names only, the reason is in `runs list`.
    private static string? ProblemOf(LatestNight night) => night switch
    {
        { State: null, RetryUntil: null } => "could not start",
        { State: null } => "cannot start yet",
        { State: RunState.Failed } => "failed",
        { State: RunState.Held } => "was held back",
        _ => null,
    } is { } what ? $"job {night.Run.Job}: the night {night.Run} {what}; see: batchengine runs show {night.Run}" : null;

    private static IEnumerable<string> ProblemsOf(RunTrouble trouble)
    {
        if (trouble.UnworkedSince is { } since)
            yield return $"job {trouble.Run.Job}: nobody works on {trouble.Run} since {Figures.Instant(since)}";
        if (trouble.LateEnd is { } end)
            yield return $"job {trouble.Run.Job}: {trouble.Run} ends at about {Figures.Instant(end)}, after its deadline";
    }

    /// <summary>" 1,000 rows in 1.5 s, ...: ... Spent 0.0012 USD. Report: PATH"; empty where nothing was planned.</summary>
    private async Task<string> WorkAsync(RunId run, CancellationToken ct)
    {
        try
        {
            if (await new RunReportBuilder(engine.Database, engine.Clock).BuildAsync(run, await engine.Prices.AssumptionAsync(ct).ConfigureAwait(false), ct)
                .ConfigureAwait(false) is not { } report)
                return "";
            await RunReportScreen.WriteHtmlAsync(engine, report, null, ct).ConfigureAwait(false);
            TimeSpan? took = report.Plan.ActualDuration.TryGet(out var span) ? span : null;
            return $" {RunScreen.Work(report.Counts, took)} Spent {Figures.Price(report.Cost.Total)}.";
        }
        catch (Exception problem) when (problem is (BatchEngineException and not InvariantBrokenException) or IOException or UnauthorizedAccessException)
        {
            return $" Its report could not be made: {problem.Message}";
        }
    }
}
