using BatchEngine.Domain;
using BatchEngine.Scorer.Realtime;
using BatchEngine.Scorer.Tests.Execution;

namespace BatchEngine.Scorer.Tests.Realtime;

public sealed class RealtimeScoringTests
{
    private static readonly FeatureSpec s_spec = FeatureSpec.AsIs(["a", "b", "c"]);

    [Fact]
    public void Row_ScoredLive_GivesTheModelsAnswer()
    {
        using var live = new RealtimeScoring(Fixture.Path("linear"), s_spec);
        var prediction = live.Score(Row(1, 2, 3));
        Assert.Equal([321.5f], prediction.Outputs);
        Assert.False(prediction.Confidence.HasValue);
        Assert.Equal(PredictionFlags.NoConfidence, prediction.Flags);
        Assert.Equal(prediction.FeatureFingerprint, live.Score(Row(1, 2, 3)).FeatureFingerprint);
        Assert.NotEqual(prediction.FeatureFingerprint, live.Score(Row(1, 2, 4)).FeatureFingerprint);
    }

    [Fact]
    public void Classifier_ScoredLive_TellsItsConfidence()
    {
        using var live = new RealtimeScoring(Fixture.Path("classes_int"), s_spec);
        Assert.Equal((float)(Math.Exp(5) / (Math.Exp(5) + 2)), live.Score(Row(5, 0, 0)).Confidence.Value, 1e-5f);
    }

    [Fact]
    public async Task ManyThreads_EachGetTheirOwnAnswer()
    {
        using var live = new RealtimeScoring(Fixture.Path("linear"), s_spec);
        await Task.WhenAll(Enumerable.Range(0, 16).Select(thread => Task.Run(() =>
        {
            for (var i = 0; i < 200; i++)
                Assert.Equal((111f * thread) + i + 0.5f, live.Score(Row(thread + i, thread, thread)).Outputs[0]);
        }, TestContext.Current.CancellationToken)));
    }

    [Fact]
    public void Rejects_AMissingValueThatTheModelCannotTake_AndAColumnThatIsNotSent()
    {
        using var live = new RealtimeScoring(Fixture.Path("linear"), s_spec);
        var missing = Assert.Throws<BadInputException>(() => live.Score(new Dictionary<string, object?> { ["a"] = null, ["b"] = 1.0, ["c"] = 1.0 }));
        Assert.Contains("FeatureMissing", missing.Message, StringComparison.Ordinal);
        Assert.Throws<BadInputException>(() => live.Score(new Dictionary<string, object?> { ["a"] = 1.0, ["b"] = 1.0 }));
        Assert.Equal([321.5f], live.Score(Row(1, 2, 3)).Outputs); // the slot is usable again
    }

    [Fact]
    public void NonFiniteAnswer_IsAnErrorNeverAScore()
    {
        using var live = new RealtimeScoring(Fixture.Path("reciprocal"), s_spec);
        Assert.Throws<BadInputException>(() => live.Score(Row(0, 1, 1)));
    }

    [Fact]
    public void Disposed_RefusesToScore()
    {
        var live = new RealtimeScoring(Fixture.Path("linear"), s_spec);
        live.Score(Row(1, 1, 1));
        live.Dispose();
        Assert.Throws<ObjectDisposedException>(() => live.Score(Row(1, 1, 1)));
    }

    private static Dictionary<string, object?> Row(double a, double b, double c) => new() { ["a"] = a, ["b"] = b, ["c"] = c };
}
