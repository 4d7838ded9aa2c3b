using System.Collections.Concurrent;
using BatchEngine.CostModel.Reports;
using BatchEngine.Domain;
using BatchEngine.Host.Composition;
using BatchEngine.Host.Health;
using BatchEngine.Host.Screens;
using BatchEngine.Scheduler.Runs;
using BatchEngine.Scheduler.Triggers;
using BatchEngine.Storage.Database.Runs;

namespace BatchEngine.Host.Serving;

/// <summary>What became of the nights: a line in the log for each, a report as a page, a count, and for what went wrong an alert and a problem that readiness
/// shows until a later night of the job ends well. Safe for many threads.</summary>
internal sealed class NightBoard(Engine engine, ServeMetrics metrics, AlertCommand alerts, ILoggerFactory logs) : INightListener, INightProblems
{
    /// <summary>The category of its lines.</summary>
    public const string Category = "BatchEngine.Nights";

    private readonly ConcurrentDictionary<string, string> _problems = new(StringComparer.Ordinal);
    private readonly ILogger _log = logs.CreateLogger(Category);

    /// <inheritdoc/>
    public IReadOnlyList<string> Problems => [.. _problems.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => p.Value)];

    /// <summary>Remembers how the job's latest night went, as an earlier program left it.</summary>
    public async Task RecallAsync(string job, CancellationToken ct)
    {
        var ran = (await new RunStore(engine.Database).ListAsync(job, 1, ct).ConfigureAwait(false)).FirstOrDefault();
        var unstarted = (await new UnstartedRunStore(engine.Database).ListAsync(job, 1, ct).ConfigureAwait(false)).FirstOrDefault();
        if (unstarted is not null && (ran is null || unstarted.Run.ScheduledAt > ran.Run.ScheduledAt))
            Remember(unstarted.Run, "could not start");
        else if (ran is { State: RunState.Failed or RunState.Held })
            Remember(ran.Run, ran.State == RunState.Failed ? "failed" : "was held back");
    }

    /// <summary>Takes back what readiness says of a job that is not scheduled any more: no later night of it could.</summary>
    public void Forget(string job) => _problems.TryRemove(job, out _);

    /// <inheritdoc/>
    public async Task EndedAsync(RunId run, RunOutcome outcome, CancellationToken ct)
    {
        var state = outcome is RunOutcome.AlreadyEnded { Record.State: var already } ? already.ToString() : outcome.GetType().Name;
        metrics.NightEnded(run.Job, state);
        var text = RunScreen.Describe(run, outcome);
        if (state is nameof(RunOutcome.Failed) or nameof(RunOutcome.Held))
        {
            Remember(run, state == nameof(RunOutcome.Failed) ? "failed" : "was held back");
            alerts.Call(run, state, text);
        }
        else
        {
            _problems.TryRemove(run.Job, out _);
        }
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
        Remember(run, retryUntil is null ? "could not start" : "cannot start yet");
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
    private void Remember(RunId run, string what) => _problems[run.Job] = $"job {run.Job}: the night {run} {what}; see: batchengine runs show {run}";

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
