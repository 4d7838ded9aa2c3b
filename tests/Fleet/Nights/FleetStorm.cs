using System.Text.Json;
using BatchEngine.Fleet.Faults;
using BatchEngine.Host.Tests.EndToEnd;

namespace BatchEngine.Fleet.Nights;

/// <summary>Lets nights go by while things go wrong, and tells which run each schedule of faults met.</summary>
/// <param name="rig">The fleet.</param>
internal sealed class FleetStorm(FleetRig rig)
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(90);
    private readonly HashSet<string> _seen = [];

    /// <summary>Waits for the next night to begin, lets the faults come and go, and waits for the night's end; gives the run.</summary>
    public async Task<string> NightAsync(IReadOnlyList<Fault> faults, CancellationToken ct)
    {
        foreach (var old in await RunsAsync())
            _seen.Add(old.Run);
        var run = await UntilAsync(async () => (await RunsAsync()).Where(r => !_seen.Contains(r.Run)).OrderBy(r => r.Run, StringComparer.Ordinal)
            .Select(r => r.Run).FirstOrDefault(), "a night begins", ct);
        _seen.Add(run);
        await Task.WhenAll(faults.Select(f => HappenAsync(f, ct)));
        await UntilAsync(async () => (await RunsAsync()).FirstOrDefault(r => r.Run == run) is { State: "published" or "completed" } ? run : null,
            $"{run} ends published", ct);
        return run;
    }

    /// <summary>Waits until every router serves what is published: what is asked before has no answer.</summary>
    public async Task ServedAsync(CancellationToken ct)
    {
        using var http = new HttpClient();
        foreach (var router in rig.Routers)
            await UntilAsync(async () =>
            {
                using var ready = await http.GetAsync(new Uri(router, $"/v1/predictions/{FleetJob.ServingName}/1"), ct);
                return ready.IsSuccessStatusCode ? router.Host : null;
            }, $"{router.Host} serves", ct);
    }

    /// <summary>The program, run by a person who stands outside of every host.</summary>
    public async Task<JsonElement> AskAsync(params string[] words)
    {
        var answer = await ProgramRun.RunAsync([.. words, "--config", rig.Configuration, "--json"]);
        Assert.True(answer.ExitCode == 0, $"{string.Join(' ', words)}: {answer.ExitCode} {answer.Errors}");
        return answer.Json();
    }

    private async Task HappenAsync(Fault fault, CancellationToken ct)
    {
        await Task.Delay(fault.At, ct);
        rig.Begin(fault);
        try
        {
            await Task.Delay(fault.Length, ct);
        }
        finally
        {
            rig.End(fault);
        }
    }

    private async Task<IReadOnlyList<(string Run, string State)>> RunsAsync()
    {
        var runs = await AskAsync("runs", "list", "--limit", "20");
        return [.. runs.EnumerateArray().Select(r => (r.GetProperty("run").GetString()!, r.GetProperty("state").GetString()!))];
    }

    private async Task<string> UntilAsync(Func<Task<string?>> look, string what, CancellationToken ct)
    {
        var since = System.Diagnostics.Stopwatch.GetTimestamp();
        while (true)
        {
            if (await look() is { } found)
                return found;
            Assert.True(System.Diagnostics.Stopwatch.GetElapsedTime(since) < s_patience, $"Waited {s_patience} until {what}. Logs: {FleetRig.KeptLogs}");
            await Task.Delay(s_look, ct);
        }
    }
}
