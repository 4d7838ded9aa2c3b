using BatchEngine.Domain;
using BatchEngine.Router.Routing;
using BatchEngine.TestKit.Snapshots;

namespace BatchEngine.Router.Tests.Routing;

public sealed class PredictionRouterTests : RouterTestBed
{
    [Fact]
    public async Task Route_FreshKey_IsAHitWithItsProvenanceAndNoRealtimeCall()
    {
        var snapshot = await ServeOneAsync(Contract with { MaxAge = TimeSpan.FromHours(26), MinConfidence = 0.6 });
        Clock.Advance(TimeSpan.FromHours(3));
        var hit = Assert.IsType<RouteDecision.Hit>(await RouteAsync("42", SomeFeatures));
        Assert.Equal(0.25f, Assert.Single(hit.Prediction.Outputs));
        Assert.Equal((snapshot.Id, Night, TimeSpan.FromHours(3), snapshot.Model),
            (hit.Provenance.SnapshotId, hit.Provenance.AsOf, hit.Provenance.Age, hit.Provenance.Model));
        Assert.Equal("score", Assert.Single(hit.Provenance.Outputs).Name);
        Assert.Equal(0, Realtime.Calls);
    }

    [Fact]
    public async Task Route_TextKey_IsFoundByItsBytes()
    {
        await PublishAsync("churn", 0, new SampleRow(PredictionKey.Of("größe/7"), 0, [3]));
        await ServeAsync(Contract);
        Assert.Equal(3, Assert.IsType<RouteDecision.Hit>(await RouteAsync("größe/7")).Prediction.Outputs[0]);
        Assert.IsType<RouteDecision.Refused>(await RouteAsync("7"));
    }

    [Theory]
    [InlineData("42", 27, RouteReason.Stale)]
    [InlineData("43", 1, RouteReason.LowConfidence)]
    [InlineData("44", 1, RouteReason.KeyMissing)]
    public async Task Route_NotGoodEnoughWithFeatures_IsScoredRealtimeForThatReason(string key, int ageHours, RouteReason reason)
    {
        await ServeOneAsync(Contract with { MaxAge = TimeSpan.FromHours(26), MinConfidence = 0.6 });
        Clock.Advance(TimeSpan.FromHours(ageHours));
        var realtime = Assert.IsType<RouteDecision.Realtime>(await RouteAsync(key, SomeFeatures));
        Assert.Equal((reason, 1f), (realtime.Reason, realtime.Prediction.Outputs[0]));
        Assert.Equal((FakeRealtime.Model, null, Clock.GetUtcNow(), TimeSpan.Zero),
            (realtime.Provenance.Model, realtime.Provenance.SnapshotId, realtime.Provenance.AsOf, realtime.Provenance.Age));
    }

    [Theory]
    [InlineData("42", 27, RouteReason.Stale, 0.25f)]
    [InlineData("43", 1, RouteReason.LowConfidence, 0.75f)]
    public async Task Route_NotGoodEnoughWithoutFeatures_IsDegradedWithBothReasons(string key, int ageHours, RouteReason reason, float stored)
    {
        await ServeOneAsync(Contract with { MaxAge = TimeSpan.FromHours(26), MinConfidence = 0.6 });
        Clock.Advance(TimeSpan.FromHours(ageHours));
        var degraded = Assert.IsType<RouteDecision.Degraded>(await RouteAsync(key));
        Assert.Equal((reason, RouteReason.NoFeatures, stored), (degraded.Reason, degraded.WhyNotRealtime, degraded.Prediction.Outputs[0]));
        Assert.Equal(TimeSpan.FromHours(ageHours), degraded.Provenance.Age);
    }

    [Fact]
    public async Task Route_MissingKeyWithoutFeatures_IsRefusedNotScored()
    {
        await ServeOneAsync(Contract);
        var refused = Assert.IsType<RouteDecision.Refused>(await RouteAsync("44"));
        Assert.Equal((RouteReason.KeyMissing, RouteReason.NoFeatures), (refused.Reason, refused.WhyNotRealtime));
        Assert.Contains("POST", refused.Detail);
        Assert.Equal(0, Realtime.Calls);
    }

    [Fact]
    public async Task Route_RealtimeOff_IsSaidWithAndWithoutFeatures()
    {
        await ServeOneAsync(Contract with { Realtime = false, MinConfidence = 0.6 });
        Assert.Equal(RouteReason.RealtimeOff, Assert.IsType<RouteDecision.Degraded>(await RouteAsync("43", SomeFeatures)).WhyNotRealtime);
        Assert.Equal(RouteReason.RealtimeOff, Assert.IsType<RouteDecision.Refused>(await RouteAsync("44")).WhyNotRealtime);
        Assert.Equal(0, Realtime.Calls);
    }

    [Fact]
    public async Task Route_NothingPublished_IsRefusedAndSaysSo()
    {
        await ServeAsync(Contract);
        foreach (var features in (IReadOnlyDictionary<string, object?>?[])[null, SomeFeatures])
        {
            var refused = Assert.IsType<RouteDecision.Refused>(await RouteAsync("42", features));
            Assert.Equal((RouteReason.NoSnapshot, RouteReason.NoSnapshot), (refused.Reason, refused.WhyNotRealtime));
            Assert.Equal("Nothing is published under 'churn' yet.", refused.Detail);
        }
        Assert.Equal(0, Realtime.Calls);
    }

    [Fact]
    public async Task Route_UnknownName_IsRefusedAndNotCounted()
    {
        await ServeOneAsync(Contract);
        var refused = Assert.IsType<RouteDecision.Refused>(await RouteAsync("42", SomeFeatures, name: "nobody"));
        Assert.Equal((RouteReason.UnknownName, RouteReason.UnknownName), (refused.Reason, refused.WhyNotRealtime));
        Assert.Contains("'nobody'", refused.Detail);
        Assert.Empty(Router.Answered.Drain());
        Assert.Equal(0, Realtime.Calls);
    }

    [Fact]
    public async Task Route_RealtimeOverloaded_AnswersTheStoredOneWhenThereIsOne()
    {
        await ServeOneAsync(Contract with { MinConfidence = 0.6, MaxConcurrentRealtime = 1 });
        var held = Realtime.Hold();
        var first = RouteAsync("44", SomeFeatures);
        await Realtime.BegunAsync();
        var other = new Dictionary<string, object?> { ["age"] = 43L };
        Assert.Equal(RouteReason.Overloaded, Assert.IsType<RouteDecision.Degraded>(await RouteAsync("43", other)).WhyNotRealtime);
        Assert.Equal(RouteReason.Overloaded, Assert.IsType<RouteDecision.Refused>(await RouteAsync("44", other)).WhyNotRealtime);
        held.SetResult(FakeRealtime.Scored(8));
        Assert.Equal(8, Assert.IsType<RouteDecision.Realtime>(await first).Prediction.Outputs[0]);
    }

    [Fact]
    public async Task Route_RealtimeFails_IsDegradedWithBothReasons()
    {
        await ServeOneAsync(Contract with { MinConfidence = 0.6 });
        Realtime.Answer = (_, _) => throw new StorageFailedException("model.onnx", "it is gone.", isTransient: false);
        var degraded = Assert.IsType<RouteDecision.Degraded>(await RouteAsync("43", SomeFeatures));
        Assert.Equal((RouteReason.LowConfidence, RouteReason.RealtimeFailed), (degraded.Reason, degraded.WhyNotRealtime));
        Assert.DoesNotContain("it is gone", Assert.IsType<RouteDecision.Refused>(await RouteAsync("44", SomeFeatures)).Detail);
        Assert.Contains("it is gone", Assert.Single(Troubles).Failure?.Message);
    }

    [Theory]
    [InlineData("forty-two")]
    [InlineData("4.2")]
    [InlineData("")]
    [InlineData("9223372036854775808")]
    public async Task Route_KeyOfAnotherKind_IsBadInput(string key)
    {
        await ServeOneAsync(Contract);
        var bad = await Assert.ThrowsAsync<BadInputException>(() => RouteAsync(key, SomeFeatures));
        Assert.Contains($"'{key}'", bad.Seen);
        Assert.Empty(Router.Answered.Drain());
        Assert.IsType<RouteDecision.Hit>(await RouteAsync("42"));
    }

    [Fact]
    public async Task Route_BadFeatures_IsBadInputNotAStoredAnswer()
    {
        await ServeOneAsync(Contract with { MinConfidence = 0.6 });
        Realtime.Answer = (_, _) => throw new BadInputException("features.age", "'old'", "a number", "Send a number.");
        Assert.Equal("features.age", (await Assert.ThrowsAsync<BadInputException>(() => RouteAsync("43", SomeFeatures))).Place);
        Assert.Empty(Router.Answered.Drain());
    }

    [Fact]
    public async Task RouteMany_StoredAndRealtimeKeys_AreAnsweredInOrderWithinTheBound()
    {
        const int Keys = 60, Bound = 3;
        await PublishAsync("churn", 0, Row(0, 0.5f), Row(2, 0.5f));
        await ServeAsync(Contract with { MaxConcurrentRealtime = Bound, RealtimeDeadline = TimeSpan.FromMinutes(5) });
        Realtime.Answer = async (features, _) =>
        {
            await Task.Yield();
            return FakeRealtime.Scored((long)features["age"]!);
        };
        using var held = Router.Hold("churn")!;
        var decisions = await Router.RouteManyAsync(held, Enumerable.Range(0, Keys)
            .Select(i => new AskedKey(PredictionKey.Of(i), new Dictionary<string, object?> { ["age"] = (long)i })), Ct).ToListAsync(Ct);
        Assert.Equal(Keys, decisions.Count);
        for (var i = 0; i < Keys; i++)
            Assert.Equal(i is 0 or 2 ? 0.5f : i, decisions[i] is RouteDecision.Hit hit ? hit.Prediction.Outputs[0]
                : Assert.IsType<RouteDecision.Realtime>(decisions[i]).Prediction.Outputs[0]);
        Assert.InRange(Realtime.MostAtOnce, 1, Bound);
        Assert.Equal(Keys - 2, Realtime.Calls);
        Assert.Equal(Keys, Router.Answered.Drain().Sum(t => t.Count));
    }

    [Fact]
    public async Task RouteMany_FeaturesThatCannotBeUsed_SpoilTheirOwnAnswerOnly()
    {
        await ServeOneAsync(Contract with { MinConfidence = 0.6 });
        Realtime.Answer = (_, _) => throw new BadInputException("features.age", "'old'", "a number", "Send a number.");
        using var held = Router.Hold("churn")!;
        var decisions = await Router.RouteManyAsync(held,
            [new(PredictionKey.Of(44), SomeFeatures), new(PredictionKey.Of(43), SomeFeatures), new(PredictionKey.Of(42), SomeFeatures)], Ct).ToListAsync(Ct);
        var refused = Assert.IsType<RouteDecision.Refused>(decisions[0]);
        Assert.Equal((RouteReason.KeyMissing, RouteReason.BadFeatures), (refused.Reason, refused.WhyNotRealtime));
        Assert.Contains("'old'", refused.Detail);
        Assert.Equal(RouteReason.BadFeatures, Assert.IsType<RouteDecision.Degraded>(decisions[1]).WhyNotRealtime);
        Assert.IsType<RouteDecision.Hit>(decisions[2]);
        Assert.Equal(3, Router.Answered.Drain().Sum(t => t.Count));
        Assert.Empty(Troubles);
    }

    [Fact]
    public async Task RouteMany_PublishedMeanwhile_AnswersAllFromOneSnapshotAndItsModel()
    {
        var first = await ServeOneAsync(Contract);
        var scored = new List<long>();
        Realtime.Asked = snapshot => scored.Add(snapshot.Id);
        using var held = Router.Hold("churn")!;
        var decisions = new List<RouteDecision>();
        await foreach (var decision in Router.RouteManyAsync(held, [new(PredictionKey.Of(42), null), new(PredictionKey.Of(42), null),
            new(PredictionKey.Of(44), SomeFeatures)], Ct))
        {
            decisions.Add(decision);
            if (decisions.Count > 1)
                continue;
            await PublishAsync("churn", 1, Row(42, 9), Row(44, 9));
            await Catalog.RefreshAsync(Ct);
            Assert.NotEqual(first.Id, Served());
        }
        Assert.All(decisions.OfType<RouteDecision.Hit>(), hit => Assert.Equal((first.Id, 0.25f), (hit.Provenance.SnapshotId, hit.Prediction.Outputs[0])));
        Assert.Equal(2, decisions.OfType<RouteDecision.Hit>().Count());
        Assert.Equal([first.Id], scored);
    }

    [Fact]
    public async Task RouteMany_NobodyTakesTheRest_CountsWhatWasTaken()
    {
        await ServeOneAsync(Contract);
        using var held = Router.Hold("churn")!;
        await foreach (var _ in Router.RouteManyAsync(held, Enumerable.Repeat(new AskedKey(PredictionKey.Of(42), null), 1_000), Ct))
            break;
        Assert.Equal(1, Router.Answered.Drain().Sum(t => t.Count));
    }

    [Fact]
    public async Task Answered_EachDecision_IsCountedOnceWithItsSourceAndReason()
    {
        await ServeOneAsync(Contract with { MinConfidence = 0.6 });
        await RouteAsync("42");
        await RouteAsync("42");
        await RouteAsync("43");
        await RouteAsync("44");
        await RouteAsync("44", SomeFeatures);
        Assert.Equal(
            [
                new AnswerTally("churn", AnswerSource.Snapshot, RouteReason.Fresh, 2),
                new AnswerTally("churn", AnswerSource.Realtime, RouteReason.KeyMissing, 1),
                new AnswerTally("churn", AnswerSource.Degraded, RouteReason.LowConfidence, 1),
                new AnswerTally("churn", AnswerSource.Refused, RouteReason.KeyMissing, 1),
            ],
            Router.Answered.Drain());
        Assert.Empty(Router.Answered.Drain());
    }

    [Fact]
    public async Task Answered_DrainedWhileCounting_LosesAndRepeatsNothing()
    {
        const int Threads = 4, Each = 5_000;
        await ServeOneAsync(Contract);
        var asking = Task.WhenAll(Enumerable.Range(0, Threads).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < Each; i++)
                await RouteAsync("42");
        }, Ct)));
        long drained = 0;
        while (!asking.IsCompleted)
        {
            drained += Router.Answered.Drain().Sum(t => t.Count);
            await Task.Yield();
        }

        await asking;
        Assert.Equal(Threads * Each, drained + Router.Answered.Drain().Sum(t => t.Count));
    }

    // 42 is sure, 43 is not, 44 is missing.
    private async Task<SnapshotInfo> ServeOneAsync(ServingContract contract)
    {
        var snapshot = await PublishAsync("churn", 0, Row(42, 0.25f), Row(43, 0.75f, 0.5f));
        await ServeAsync(contract);
        return snapshot;
    }
}
