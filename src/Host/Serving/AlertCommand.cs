using System.Diagnostics;
using System.Threading.Channels;
using BatchEngine.Domain;
using BatchEngine.Host.Configuration;
using BatchEngine.Host.Health;

namespace BatchEngine.Host.Serving;

/// <summary>Calls the configured command for each night that went wrong, one after the other. It never holds up a night: what it cannot do is logged. Safe for
/// many threads.</summary>
internal sealed class AlertCommand(EngineConfiguration configuration, ILogger<AlertCommand> log, LoopWatch watch, InvariantStop invariants)
    : ServeLoop("alerts", watch, invariants)
{
    /// <summary>How many alerts may wait; more are dropped and logged.</summary>
    public const int MaxWaiting = 100;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private readonly Channel<(RunId Run, string Outcome, string Text)> _waiting = Channel.CreateBounded<(RunId, string, string)>(MaxWaiting);

    /// <summary>Has the command called; does nothing when none is configured.</summary>
    /// <param name="run">The night.</param>
    /// <param name="outcome">In one word: Failed, Held, NotStarted.</param>
    /// <param name="text">What happened, in a sentence.</param>
    public void Call(RunId run, string outcome, string text)
    {
        if (configuration.AlertsCommand is not null && !_waiting.Writer.TryWrite((run, outcome, text)))
            ServeEvents.AlertFailed(log, run, $"{MaxWaiting} earlier alerts are waiting");
    }

    /// <inheritdoc/>
    protected override async Task LoopAsync(CancellationToken stop)
    {
        await foreach (var (run, outcome, text) in _waiting.Reader.ReadAllAsync(stop).ConfigureAwait(false))
        {
            try
            {
                await CallAsync(run, outcome, text, stop).ConfigureAwait(false);
            }
            catch (Exception problem) when (problem is InvalidOperationException or System.ComponentModel.Win32Exception or IOException)
            {
                ServeEvents.AlertFailed(log, run, problem.Message);
            }
        }
    }

    private async Task CallAsync(RunId run, string outcome, string text, CancellationToken stop)
    {
        string[] shell = OperatingSystem.IsWindows() ? ["cmd.exe", "/c"] : ["/bin/sh", "-c"];
        var start = new ProcessStartInfo(shell[0], [shell[1], configuration.AlertsCommand!]) { RedirectStandardInput = true };
        start.Environment["BATCHENGINE_ALERT_JOB"] = run.Job;
        start.Environment["BATCHENGINE_ALERT_RUN"] = run.ToString();
        start.Environment["BATCHENGINE_ALERT_OUTCOME"] = outcome;
        start.Environment["BATCHENGINE_ALERT_TEXT"] = text;
        using var called = Process.Start(start)!;
        called.StandardInput.Close();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(s_patience);
        try
        {
            await called.WaitForExitAsync(patience.Token).ConfigureAwait(false);
            if (called.ExitCode != 0)
                ServeEvents.AlertFailed(log, run, $"the command ended with {called.ExitCode}");
        }
        catch (OperationCanceledException)
        {
            called.Kill(entireProcessTree: true);
            ServeEvents.AlertFailed(log, run, stop.IsCancellationRequested ? "the program ended first"
                : $"it did not end within {Figures.Duration(s_patience)}");
        }
    }
}
