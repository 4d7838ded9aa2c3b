using BatchEngine.Domain;
using BatchEngine.Router.Realtime;

namespace BatchEngine.Router.Tests;

/// <summary>Real-time scoring that a test answers. Thread-safe.</summary>
internal sealed class FakeRealtime : IRealtimeScoring
{
    private readonly SemaphoreSlim _started = new(0);
    private int _calls;
    private int _now;
    private int _mostAtOnce;

    public static ModelVersion Model { get; } = new("realtime", 9, Digest.Of("realtime"));

    public int Calls => Volatile.Read(ref _calls);

    public int MostAtOnce => Volatile.Read(ref _mostAtOnce);

    /// <summary>What a call gives; may throw at once.</summary>
    public Func<IReadOnlyDictionary<string, object?>, CancellationToken, Task<RealtimeOutcome>> Answer { get; set; } = (_, _) => Task.FromResult(Scored(1));

    /// <summary>Told the snapshot of each call.</summary>
    public Action<SnapshotInfo> Asked { get; set; } = _ => { };

    public static RealtimeOutcome Scored(float value) =>
        new RealtimeOutcome.Scored(new Prediction([value], Measured<float>.Of(1), 1, PredictionFlags.None), Model, [OutputColumn.Number("score")]);

    /// <summary>Answers nothing until the promise is kept.</summary>
    public TaskCompletionSource<RealtimeOutcome> Hold()
    {
        var promise = new TaskCompletionSource<RealtimeOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        Answer = (_, ct) => promise.Task.WaitAsync(ct);
        return promise;
    }

    /// <summary>Waits until a number of further calls have begun.</summary>
    public async Task BegunAsync(int calls = 1)
    {
        for (var i = 0; i < calls; i++)
            await _started.WaitAsync(TestContext.Current.CancellationToken);
    }

    public Task<RealtimeOutcome> ScoreAsync(string servingName, SnapshotInfo snapshot, IReadOnlyDictionary<string, object?> features, CancellationToken ct)
    {
        Interlocked.Increment(ref _calls);
        Asked(snapshot);
        var now = Interlocked.Increment(ref _now);
        for (var most = MostAtOnce; now > most && Interlocked.CompareExchange(ref _mostAtOnce, now, most) != most; most = MostAtOnce)
        {
        }

        _started.Release();
        Task<RealtimeOutcome> answer;
        try
        {
            answer = Answer(features, ct);
        }
        catch
        {
            Interlocked.Decrement(ref _now);
            throw;
        }

        return EndAsync(answer);
    }

    private async Task<RealtimeOutcome> EndAsync(Task<RealtimeOutcome> answer)
    {
        try
        {
            return await answer;
        }
        finally
        {
            Interlocked.Decrement(ref _now);
        }
    }
}
