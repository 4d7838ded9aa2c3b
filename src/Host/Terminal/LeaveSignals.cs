using System.Runtime.InteropServices;

namespace BatchEngine.Host.Terminal;

/// <summary>Turns the first SIGTERM, SIGINT or SIGQUIT into a wish to leave, and ends the process at the second, or when leaving takes much longer than it may.
/// Disposing stops listening.</summary>
internal sealed class LeaveSignals : IDisposable
{
    /// <summary>Beyond what leaving may take: the time to write down that it leaves.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(10);

    private readonly List<PosixSignalRegistration> _heard = [];
    private readonly CancellationTokenSource _leaving;
    private readonly Action<string> _note;
    private readonly CancellationTokenSource _tooLong;
    private readonly TimeSpan _drain;
    private int _count;

    /// <summary>Listens.</summary>
    /// <param name="leaving">Cancelled by the first signal.</param>
    /// <param name="drain">How long leaving may take.</param>
    /// <param name="clock">Measures it.</param>
    /// <param name="note">Told in a sentence what the signal does.</param>
    public LeaveSignals(CancellationTokenSource leaving, TimeSpan drain, TimeProvider clock, Action<string> note)
    {
        (_leaving, _drain, _note) = (leaving, drain, note);
        _tooLong = new CancellationTokenSource(Timeout.InfiniteTimeSpan, clock);
        _tooLong.Token.Register(() => Stop("It could not leave in time"));
        foreach (var signal in (PosixSignal[])[PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGQUIT])
            _heard.Add(PosixSignalRegistration.Create(signal, Hear));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var registration in _heard)
            registration.Dispose();
        _tooLong.Dispose();
    }

    private void Hear(PosixSignalContext context)
    {
        context.Cancel = true;
        if (Interlocked.Increment(ref _count) > 1)
            Stop("A second signal");
        _note($"Leaving: the unit in hand is finished or given back within {_drain.TotalSeconds:0} s; a second signal stops at once.");
        try
        {
            _tooLong.CancelAfter(_drain + Slack);
            _leaving.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It is leaving by itself.
        }
    }

    // Whoever held a lease is found dead: its process has ended, or its lease runs out.
    private void Stop(string why)
    {
        _note($"{why}: stopped at once. Finished work is kept; leases run out and others go on.");
        Environment.Exit(ExitCode.Interrupted);
    }
}
