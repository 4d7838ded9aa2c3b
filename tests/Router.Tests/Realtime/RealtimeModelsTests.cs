using BatchEngine.Domain;
using BatchEngine.Router.Realtime;

namespace BatchEngine.Router.Tests.Realtime;

/// <summary>Models follow what is served: each loaded once before anybody asks, and freed when nobody can ask it any more.</summary>
public sealed class RealtimeModelsTests : RouterTestBed
{
    private readonly FakeSource _source = new();

    [Fact]
    public async Task KeepWarm_ModelOfAnEarlierSnapshot_IsFreedOnceNoCallCanUseIt()
    {
        using var models = new RealtimeModels(() => Catalog.RealtimeRuns, _source, Clock);
        await ServeAsync(Contract);
        await PublishAsync("churn", 0, Row(1, 1));
        await Catalog.RefreshAsync(Ct);
        await models.KeepWarmAsync();
        await models.ScoreAsync("churn", Catalog.Find("churn")!.Reader!.Info, SomeFeatures, Ct);
        var first = Assert.Single(_source.Opened);

        await PublishAsync("churn", 1, Row(1, 2));
        await Catalog.RefreshAsync(Ct);
        await models.KeepWarmAsync();
        Assert.Equal(2, _source.Opened.Count);
        Assert.False(first.IsDisposed);
        Clock.Advance(3 * RealtimeDoor.MaxFlight);
        await models.KeepWarmAsync();

        Assert.True(first.IsDisposed);
        Assert.False(_source.Opened[1].IsDisposed);
        Assert.Equal(("churn", 1L), Assert.Single(models.TakeMeters().Select(m => (m.ServingName, m.Predictions))));
    }

    [Fact]
    public async Task Score_ModelThatCannotBeHad_FailsAndIsTriedAgainByTheNextCall()
    {
        using var models = new RealtimeModels(() => Catalog.RealtimeRuns, _source, Clock);
        await ServeAsync(Contract);
        await PublishAsync("churn", 0, Row(1, 1));
        await Catalog.RefreshAsync(Ct);
        _source.Problem = new StorageFailedException("model.onnx", "it is gone.", isTransient: false);
        var failed = Assert.IsType<RealtimeOutcome.Failed>(await models.ScoreAsync("churn", Catalog.Find("churn")!.Reader!.Info, SomeFeatures, Ct));
        Assert.DoesNotContain("gone", failed.Reason, StringComparison.Ordinal);
        Assert.Same(_source.Problem, failed.Failure);
        _source.Problem = null;
        Assert.IsType<RealtimeOutcome.Scored>(await models.ScoreAsync("churn", Catalog.Find("churn")!.Reader!.Info, SomeFeatures, Ct));
    }

    [Fact]
    public async Task Meter_ScoringThatFails_CountsItsTimeAndNoPrediction()
    {
        using var models = new RealtimeModels(() => Catalog.RealtimeRuns, _source, Clock);
        await ServeAsync(Contract);
        await PublishAsync("churn", 0, Row(1, 1));
        await Catalog.RefreshAsync(Ct);
        await models.KeepWarmAsync();
        _source.Opened[0].Failure = Fail;
        await Assert.ThrowsAsync<InvalidOperationException>(() => models.ScoreAsync("churn", Catalog.Find("churn")!.Reader!.Info, SomeFeatures, Ct));
        Assert.Equal(("churn", TimeSpan.FromSeconds(2), 0L), Assert.Single(models.TakeMeters()));

        Prediction Fail()
        {
            Clock.Advance(TimeSpan.FromSeconds(2));
            throw new InvalidOperationException("no such category");
        }
    }

    private sealed class FakeSource : IRealtimeModelSource
    {
        public List<FakeModel> Opened { get; } = [];

        public BatchEngineException? Problem { get; set; }

        public Task<IRealtimeModel> LoadAsync(RunId run)
        {
            if (Problem is { } problem)
                return Task.FromException<IRealtimeModel>(problem);
            Opened.Add(new FakeModel());
            return Task.FromResult<IRealtimeModel>(Opened[^1]);
        }
    }

    private sealed class FakeModel : IRealtimeModel
    {
        public bool IsDisposed { get; private set; }

        public Func<Prediction>? Failure { get; set; }

        public IReadOnlyList<OutputColumn> Outputs { get; } = [OutputColumn.Number("score")];

        public Prediction Score(IReadOnlyDictionary<string, object?> features) =>
            Failure?.Invoke() ?? new([1], Measured<float>.NotMeasured("a number"), 0, PredictionFlags.None);

        public void Dispose() => IsDisposed = true;
    }
}
