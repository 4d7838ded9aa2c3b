using System.Diagnostics;
using System.Runtime.InteropServices;
using BatchEngine.Fleet.Network;

namespace BatchEngine.Fleet.Processes;

/// <summary>The program in one role on one host, started again whenever it ends, as a service manager would. Thread-safe.</summary>
internal sealed class HostProcess : IAsyncDisposable
{
    private const int SigKill = 9, SigTerm = 15, SigContinue = 18, SigStop = 19;
    private static readonly TimeSpan s_restartAfter = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private readonly ProcessStartInfo _start;
    private readonly StreamWriter _log;
    private readonly Lock _lock = new();
    private Process _process;
    private bool _isHeld, _isOver;

    /// <summary>Starts it.</summary>
    /// <param name="host">Where.</param>
    /// <param name="arguments">The verb and its options.</param>
    /// <param name="variables">Set in its environment.</param>
    /// <param name="log">Gets what it prints, all its lives after each other.</param>
    public HostProcess(NetworkHost host, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> variables, string log)
    {
        Host = host;
        Log = log;
        _log = new StreamWriter(log, append: true) { AutoFlush = true };
        _start = host.Command(Path.Combine(AppContext.BaseDirectory, "batchengine"), arguments);
        (_start.RedirectStandardOutput, _start.RedirectStandardError, _start.RedirectStandardInput) = (true, true, true);
        foreach (var (name, value) in variables)
            _start.Environment[name] = value;
        _process = Launch();
    }

    /// <summary>Where it runs.</summary>
    public NetworkHost Host { get; }

    /// <summary>The file with everything it printed.</summary>
    public string Log { get; }

    /// <summary>Exit codes of lives that ended without being killed from here, in order.</summary>
    public List<int> Endings { get; } = [];

    /// <summary>Ends it at once, without a chance to say anything, and keeps it down until <see cref="Release"/>.</summary>
    public void Kill()
    {
        lock (_lock)
        {
            _isHeld = true;
            Signal(SigKill);
        }
    }

    /// <summary>Stops it where it is.</summary>
    public void Pause() => Signal(SigStop);

    /// <summary>Goes on after <see cref="Pause"/>, and starts it again after <see cref="Kill"/>.</summary>
    public void Release()
    {
        lock (_lock)
        {
            Signal(SigContinue);
            if (!_isHeld)
                return;
            _isHeld = false;
            _process.WaitForExit();
            _process = Launch();
        }
    }

    /// <summary>Asks it to leave and waits for its end; gives the exit code.</summary>
    public async Task<int> LeaveAsync()
    {
        lock (_lock)
        {
            _isOver = true;
            Signal(SigContinue);
            Signal(SigTerm);
        }
        using var patience = new CancellationTokenSource(s_patience);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            Signal(SigKill);
            throw new TimeoutException($"{Host.Name} did not leave within {s_patience}; see {Log}");
        }
        return _process.ExitCode;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            _isOver = true;
            Signal(SigKill);
        }
        await _process.WaitForExitAsync();
        lock (_log)
            _log.Dispose();
    }

    private Process Launch()
    {
        var process = new Process { StartInfo = _start, EnableRaisingEvents = true };
        process.OutputDataReceived += (_, line) => Write(line.Data);
        process.ErrorDataReceived += (_, line) => Write(line.Data);
        process.Exited += (_, _) => _ = RestartAsync(process);
        process.Start();
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private async Task RestartAsync(Process ended)
    {
        lock (_lock)
        {
            if (_isHeld || _isOver || ended != _process)
                return;
            Endings.Add(ended.ExitCode);
        }
        await Task.Delay(s_restartAfter);
        lock (_lock)
        {
            if (!_isHeld && !_isOver && ended == _process)
                _process = Launch();
        }
    }

    private void Write(string? line)
    {
        if (line is null)
            return;
        lock (_log)
        {
            if (_log.BaseStream.CanWrite)
                _log.WriteLine(line);
        }
    }

    private void Signal(int signal)
    {
        if (!_process.HasExited)
            _ = Send(_process.Id, signal);
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Send(int process, int signal);
}
