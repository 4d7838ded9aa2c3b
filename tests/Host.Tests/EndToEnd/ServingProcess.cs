using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace BatchEngine.Host.Tests.EndToEnd;

/// <summary>A serving role as a process: started, asked, signalled, ended. What it still runs when disposed is killed.</summary>
internal sealed class ServingProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _said = new();
    private readonly Task _reading;
    private readonly HttpClient _client = new();
    private readonly TaskCompletionSource<string> _listens = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ServingProcess(Process process)
    {
        _process = process;
        _reading = Task.WhenAll(ReadAsync(process.StandardError), ReadAsync(process.StandardOutput));
    }

    /// <summary>Where it listens.</summary>
    public string Address { get; private set; } = "";

    /// <summary>Its process id.</summary>
    public int Id => _process.Id;

    /// <summary>What it said so far, line by line.</summary>
    public IReadOnlyCollection<string> Said => _said;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Starts a role at a free port and waits until it listens.</summary>
    public static async Task<ServingProcess> StartAsync(string role, params string[] arguments)
    {
        var process = new ServingProcess(ProgramRun.Start([role, "--url", "http://127.0.0.1:0", .. arguments], leaseTtl: null));
        try
        {
            var first = await Task.WhenAny(process._listens.Task, process._reading).WaitAsync(Patience, Ct);
            Assert.True(first == process._listens.Task, $"{role} ended: {process.Words}");
            process.Address = await process._listens.Task;
            return process;
        }
        catch
        {
            process.Dispose();
            throw;
        }
    }

    /// <summary>One page.</summary>
    public async Task<(HttpStatusCode Status, string Text)> GetAsync(string page)
    {
        using var answer = await _client.GetAsync(new Uri(Address + page), Ct);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Ct));
    }

    /// <summary>One page that is given JSON.</summary>
    public async Task<(HttpStatusCode Status, string Text)> PostAsync(string page, string json)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        using var answer = await _client.PostAsync(new Uri(Address + page), content, Ct);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Ct));
    }

    /// <summary>Waits until it has said something.</summary>
    public async Task SaysAsync(string words)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!_said.Any(line => line.Contains(words, StringComparison.Ordinal)))
        {
            Assert.False(patience.IsCancellationRequested || _process.HasExited, $"no '{words}' in: {Words}");
            await Task.Delay(25, Ct);
        }
    }

    /// <summary>Sends a signal: TERM, STOP, CONT.</summary>
    public async Task SignalAsync(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(Ct);
    }

    /// <summary>Asks it to end, and waits until it has.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> EndAsync()
    {
        await SignalAsync("TERM");
        await _process.WaitForExitAsync(Ct).WaitAsync(Patience, Ct);
        await _reading;
        return _process.ExitCode;
    }

    /// <summary>Ends it at once.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(Ct);
    }

    /// <summary>All that it said.</summary>
    public string Words => string.Join('\n', _said);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
        _client.Dispose();
    }

    private async Task ReadAsync(StreamReader lines)
    {
        while (await lines.ReadLineAsync(CancellationToken.None) is { } line)
        {
            _said.Enqueue(line);
            if (Regex.Match(line, "^(?:Look-ups|Real-time scoring|Health) at (http://[^/]+)/") is { Success: true } match)
                _listens.TrySetResult(match.Groups[1].Value);
        }
    }
}
