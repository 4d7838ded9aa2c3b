using System.Collections.Concurrent;
using BatchEngine.Domain;
using BatchEngine.Router.Realtime;

namespace BatchEngine.Router.Tests;

/// <summary>A live endpoint that answers what the test says, at once or when the test lets it.</summary>
internal sealed class FakeLive : ILiveScoring
{
    private readonly SemaphoreSlim _called = new(0);

    public ConcurrentQueue<IReadOnlyDictionary<string, object?>> Calls { get; } = new();

    /// <summary>Calls wait for it; set by a test that wants them to.</summary>
    public TaskCompletionSource? Hold { get; set; }

    public Func<IReadOnlyDictionary<string, object?>, LiveOutcome> Answer { get; set; } = _ => Scored(0.7f);

    public static LiveOutcome Scored(float score) =>
        new LiveOutcome.Scored(new Prediction([score], Measured<float>.Of(0.8f), 5, PredictionFlags.None), new ModelVersion("churn", 9, Digest.Of("live")), [OutputColumn.Number("score")]);

    /// <summary>Waits until so many further calls have arrived.</summary>
    public async Task CalledAsync(int times)
    {
        for (var i = 0; i < times; i++)
            Assert.True(await _called.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken), "the live endpoint was not called");
    }

    public async Task<LiveOutcome> ScoreAsync(string servingName, IReadOnlyDictionary<string, object?> features, CancellationToken ct)
    {
        Calls.Enqueue(features);
        var hold = Hold;
        _called.Release();
        if (hold is not null)
            await hold.Task;
        return Answer(features);
    }
}
