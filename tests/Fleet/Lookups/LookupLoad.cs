using System.Collections.Concurrent;
using System.Text.Json;

namespace BatchEngine.Fleet.Lookups;

/// <summary>An application that asks for predictions all the time: of one router, and of the next when that one does not answer. Thread-safe.</summary>
internal sealed class LookupLoad : IAsyncDisposable
{
    private const int MaxKept = 20;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(4);
    private readonly HttpClient _http = new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromMilliseconds(400) }) { Timeout = TimeSpan.FromSeconds(2) };
    private readonly CancellationTokenSource _stop = new();
    private readonly IReadOnlyList<Uri> _routers;
    private readonly IReadOnlyDictionary<long, float> _expected;
    private readonly Task[] _callers;
    private long _answered, _passedOn;

    /// <summary>Starts asking.</summary>
    /// <param name="routers">Base addresses.</param>
    /// <param name="expected">Keys with the prediction that every answer must carry.</param>
    /// <param name="callers">How many ask at once.</param>
    public LookupLoad(IReadOnlyList<Uri> routers, IReadOnlyDictionary<long, float> expected, int callers)
    {
        (_routers, _expected) = (routers, expected);
        _callers = [.. Enumerable.Range(0, callers).Select(i => Task.Run(() => AskAsync(i)))];
    }

    /// <summary>Look-ups that were answered with the right prediction.</summary>
    public long Answered => Interlocked.Read(ref _answered);

    /// <summary>Times that a router did not answer and another was asked.</summary>
    public long PassedOn => Interlocked.Read(ref _passedOn);

    /// <summary>Look-ups that nobody answered, or not with the right prediction; the first few.</summary>
    public ConcurrentQueue<string> Failures { get; } = [];

    /// <summary>Stops asking.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_callers);
        _http.Dispose();
        _stop.Dispose();
    }

    private async Task AskAsync(int caller)
    {
        var keys = _expected.Keys.ToArray();
        for (var i = caller; !_stop.IsCancellationRequested; i++)
        {
            var key = keys[i * 7919 % keys.Length];
            var problems = new List<string>();
            for (var tries = 0; tries < _routers.Count; tries++)
            {
                if (await ProblemAsync(_routers[(i + tries) % _routers.Count], key) is not { } problem)
                    break;
                problems.Add(problem);
                Interlocked.Increment(ref _passedOn);
            }
            if (problems.Count < _routers.Count)
                Interlocked.Increment(ref _answered);
            else if (!_stop.IsCancellationRequested && Failures.Count < MaxKept)
                Failures.Enqueue($"{DateTime.UtcNow:HH:mm:ss.f} key {key}: {string.Join("; ", problems)}");
            await Task.Delay(s_pause);
        }
    }

    // What was wrong with the answer; null means that it is the right one.
    private async Task<string?> ProblemAsync(Uri router, long key)
    {
        try
        {
            using var answer = await _http.GetAsync(new Uri(router, $"/v1/predictions/{Nights.FleetJob.ServingName}/{key}"), _stop.Token);
            var text = await answer.Content.ReadAsStringAsync(_stop.Token);
            if (!answer.IsSuccessStatusCode)
                return $"{router.Host}: {(int)answer.StatusCode} {text}";
            using var json = JsonDocument.Parse(text);
            var seen = json.RootElement.GetProperty("outputs").GetProperty(Nights.FleetJob.Output).GetSingle();
            if (seen != _expected[key])
                Failures.Enqueue($"{router.Host}: key {key} is {seen}, not {_expected[key]}");
            return null;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException)
        {
            return $"{router.Host}: {e.Message}";
        }
    }
}
