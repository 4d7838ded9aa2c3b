using BatchEngine.Domain;
using BatchEngine.Router.Realtime;

namespace BatchEngine.Router.Tests.Routing;

public sealed class PredictionRouterTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Route_AFreshKey_IsAHitWithItsProvenance()
    {
        await using var world = await RouterWorld.CreateAsync();
        var snapshot = await world.PublishAsync(0, RouterWorld.Row(7, 0.25f));
        await world.Catalog.RefreshAsync(Ct);
        var hit = Assert.IsType<RouteDecision.Hit>(await world.Sut.RouteAsync("churn", "7", RouterWorld.Features(1), Ct));
        Assert.Equal([0.25f], hit.Prediction.Outputs);
        Assert.Equal((snapshot.Id, RouterWorld.Model(0), TimeSpan.FromHours(1)), (hit.Provenance.SnapshotId, hit.Provenance.Model, hit.Provenance.Age));
        Assert.Empty(world.Live.Calls);
    }

    [Fact]
    public async Task Route_AMissingKeyWithFeatures_IsScoredLive()
    {
        await using var world = await RouterWorld.CreateAsync();
        await world.PublishAsync(0, RouterWorld.Row(7, 0.25f));
        await world.Catalog.RefreshAsync(Ct);
        var live = Assert.IsType<RouteDecision.Fallback>(await world.Sut.RouteAsync("churn", "8", RouterWorld.Features(41), Ct));
        Assert.Equal(RouteReason.KeyMissing, live.Reason);
        Assert.Equal([0.7f], live.Prediction.Outputs);
        Assert.Null(live.Provenance.SnapshotId);
        Assert.Equal(9, live.Provenance.Model.Number);
        Assert.Equal(41, Assert.Single(world.Live.Calls)["age"]);
    }

    [Theory]
    [InlineData(false, true, RouteReason.NoFeatures)]
    [InlineData(true, false, RouteReason.RealtimeOff)]
    [InlineData(true, true, RouteReason.RealtimeFailed)]
    public async Task Route_AStaleKeyThatCannotBeScored_IsDegradedWithBothReasons(bool features, bool realtime, RouteReason whyNot)
    {
        await using var world = await RouterWorld.CreateAsync(ServingContract.Default("churn") with { MaxAge = TimeSpan.FromMinutes(30), Realtime = realtime });
        await world.PublishAsync(0, RouterWorld.Row(7, 0.25f));
        await world.Catalog.RefreshAsync(Ct);
        world.Live.Answer = _ => new LiveOutcome.Failed("no model");
        var degraded = Assert.IsType<RouteDecision.Degraded>(await world.Sut.RouteAsync("churn", "7", features ? RouterWorld.Features(1) : null, Ct));
        Assert.Equal((RouteReason.Stale, whyNot), (degraded.Reason, degraded.WhyNotLive));
        Assert.Equal([0.25f], degraded.Prediction.Outputs);
    }

    [Fact]
    public async Task Route_NothingStoredAndNothingLive_IsRefusedNeverADefault()
    {
        await using var world = await RouterWorld.CreateAsync();
        await world.Catalog.RefreshAsync(Ct);
        var none = Assert.IsType<RouteDecision.Refused>(await world.Sut.RouteAsync("churn", "7", null, Ct));
        Assert.Equal((RouteReason.NoSnapshot, RouteReason.NoFeatures), (none.Reason, none.WhyNotLive));
        await world.PublishAsync(0, RouterWorld.Row(7, 0.25f));
        await world.Catalog.RefreshAsync(Ct);
        var missing = Assert.IsType<RouteDecision.Refused>(await world.Sut.RouteAsync("churn", "8", null, Ct));
        Assert.Equal((RouteReason.KeyMissing, RouteReason.NoFeatures), (missing.Reason, missing.WhyNotLive));
        var unknown = Assert.IsType<RouteDecision.Refused>(await world.Sut.RouteAsync("nobody", "8", RouterWorld.Features(1), Ct));
        Assert.Equal(RouteReason.UnknownName, unknown.Reason);
        Assert.Contains("nobody", unknown.Detail);
    }

    [Fact]
    public async Task Route_AKeyOfTheWrongKindOrBadFeatures_IsTheCallersError()
    {
        await using var world = await RouterWorld.CreateAsync();
        await world.PublishAsync(0, RouterWorld.Row(7, 0.25f));
        await world.Catalog.RefreshAsync(Ct);
        await Assert.ThrowsAsync<BadInputException>(async () => await world.Sut.RouteAsync("churn", "seven", null, Ct));
        world.Live.Answer = _ => new LiveOutcome.BadFeatures(new BadInputException("features.age", "'x'", "a number", "Send a number."));
        var problem = await Assert.ThrowsAsync<BadInputException>(async () => await world.Sut.RouteAsync("churn", "8", RouterWorld.Features("x"), Ct));
        Assert.Equal("features.age", problem.Place);
    }

    [Fact]
    public async Task RouteMany_OfHitsAndLiveKeys_AnswersInOrderWithinTheBound()
    {
        await using var world = await RouterWorld.CreateAsync(ServingContract.Default("churn") with { MaxConcurrentRealtime = 2, RealtimeDeadline = TimeSpan.FromMinutes(5) });
        await world.PublishAsync(0, RouterWorld.Row(0, 0.5f), RouterWorld.Row(2, 0.5f));
        await world.Catalog.RefreshAsync(Ct);
        world.Live.Answer = f => FakeLive.Scored((int)f["age"]! / 100f);
        var asked = Enumerable.Range(0, 20).Select(i => (Key: $"{i}", Features: (IReadOnlyDictionary<string, object?>?)RouterWorld.Features(i))).ToList();
        var decisions = await world.Sut.RouteManyAsync("churn", asked, Ct);
        for (var i = 0; i < 20; i++)
        {
            if (i is 0 or 2)
                Assert.IsType<RouteDecision.Hit>(decisions[i]);
            else
                Assert.Equal([i / 100f], Assert.IsType<RouteDecision.Fallback>(decisions[i]).Prediction.Outputs);
        }
    }

    [Fact]
    public async Task Answered_Drained_CountsEveryDecisionOnceBySourceAndReason()
    {
        await using var world = await RouterWorld.CreateAsync();
        await world.PublishAsync(0, RouterWorld.Row(7, 0.25f));
        await world.Catalog.RefreshAsync(Ct);
        await world.Sut.RouteAsync("churn", "7", null, Ct);
        await world.Sut.RouteAsync("churn", "7", null, Ct);
        await world.Sut.RouteAsync("churn", "8", null, Ct);
        await world.Sut.RouteAsync("churn", "8", RouterWorld.Features(1), Ct);
        await world.Sut.RouteAsync("nobody", "8", null, Ct);
        Assert.Equal(
            [("realtime", RouteReason.KeyMissing, 1L), ("refused", RouteReason.KeyMissing, 1), ("snapshot", RouteReason.Fresh, 2)],
            world.Sut.Answered.Drain().Select(t => (t.Source, t.Reason, t.Count)));
        Assert.Empty(world.Sut.Answered.Drain());
    }
}
