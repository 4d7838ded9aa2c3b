using BatchEngine.Domain;
using BatchEngine.Router.Realtime;
using Microsoft.Extensions.Time.Testing;

namespace BatchEngine.Router.Tests.Realtime;

public sealed class RealtimeDoorTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMilliseconds(250);
    private readonly FakeTimeProvider _clock = new();
    private readonly FakeRealtime _realtime = new();
    private readonly List<RealtimeTrouble> _troubles = [];
    private readonly RealtimeDoor _gate;

    public RealtimeDoorTests() => _gate = new RealtimeDoor(_realtime, new RealtimeTroubles(_clock, _troubles.Add), _clock);

    private static readonly SnapshotInfo Snapshot = new(1, "churn", new RunId("churn", DateTimeOffset.UnixEpoch),
        new ModelVersion("churn", 1, Digest.Of("churn")),
        KeyKind.Int64, [], 1, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, []);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static ServingContract Contract(int atOnce) =>
        ServingContract.Default("churn") with { MaxConcurrentRealtime = atOnce, RealtimeDeadline = Deadline };

    [Fact]
    public async Task Bound_Reached_RefusesTheNextAndFreesAPlaceWithEachEnd()
    {
        var held = _realtime.Hold();
        var three = Enumerable.Range(0, 3).Select(i => Ask(i, 3)).ToList();
        await _realtime.BegunAsync(3);
        var (refused, whyNot, detail) = await Ask(3, 3);
        Assert.Null(refused);
        Assert.Equal(RouteReason.Overloaded, whyNot);
        Assert.Contains("3 real-time scorings of 'churn'", detail);
        Assert.Equal(3, _gate.UnderWay("churn"));
        held.SetResult(FakeRealtime.Scored(7));
        foreach (var answer in await Task.WhenAll(three))
            Assert.Equal(7, answer.Scored!.Prediction.Outputs[0]);
        Assert.Equal(0, _gate.UnderWay("churn"));
        Assert.Equal(7, (await Ask(3, 3)).Scored!.Prediction.Outputs[0]);
        Assert.Equal(4, _realtime.Calls);
    }

    [Fact]
    public async Task Bound_OfOneName_DoesNotHoldAnother()
    {
        var held = _realtime.Hold();
        var first = Ask(1, 1);
        await _realtime.BegunAsync();
        var other = _gate.TryScoreAsync(Contract(1) with { Name = "fraud" }, Snapshot, Features(1), Ct).AsTask();
        await _realtime.BegunAsync();
        held.SetResult(FakeRealtime.Scored(1));
        Assert.NotNull((await first).Scored);
        Assert.NotNull((await other).Scored);
    }

    [Fact]
    public async Task Bound_Zero_RefusesAll() => Assert.Equal(RouteReason.Overloaded, (await Ask(1, 0)).WhyNot);

    [Fact]
    public async Task Bound_UnderPressure_IsNeverPassedAndLeaksNothing()
    {
        _realtime.Answer = async (_, _) =>
        {
            await Task.Yield();
            return FakeRealtime.Scored(1);
        };
        var answers = await Task.WhenAll(Enumerable.Range(0, 2_000).Select(i => Task.Run(() => Ask(i % 7, 2), Ct)));
        Assert.InRange(_realtime.MostAtOnce, 1, 2);
        Assert.Equal(0, _gate.UnderWay("churn"));
        Assert.All(answers, a => Assert.True(a.Scored is not null || a.WhyNot == RouteReason.Overloaded));
    }

    [Fact]
    public async Task SameQuestion_AtABoundOfOne_IsNeverOverloaded()
    {
        for (var round = 0; round < 200; round++)
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Ask(round, 1), Ct)));
            Assert.All(answers, a => Assert.NotNull(a.Scored));
        }

        Assert.Equal(1, _realtime.MostAtOnce);
    }

    [Fact]
    public async Task SameQuestion_AskedTogether_IsOneCall()
    {
        var held = _realtime.Hold();
        var asked = Enumerable.Range(0, 10).Select(_ => Ask(1, 1)).ToList();
        await _realtime.BegunAsync();
        held.SetResult(FakeRealtime.Scored(5));
        Assert.All(await Task.WhenAll(asked), a => Assert.Equal(5, a.Scored!.Prediction.Outputs[0]));
        Assert.Equal(1, _realtime.Calls);
        await Ask(1, 1);
        Assert.Equal(2, _realtime.Calls);
    }

    [Fact]
    public async Task SameQuestion_OneCallerLeaves_TheOtherIsAnswered()
    {
        var held = _realtime.Hold();
        using var leaving = new CancellationTokenSource();
        var first = Ask(1, 1, leaving.Token);
        var second = Ask(1, 1);
        await _realtime.BegunAsync();
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.False(second.IsCompleted);
        held.SetResult(FakeRealtime.Scored(5));
        Assert.Equal(5, (await second).Scored!.Prediction.Outputs[0]);
        Assert.Equal(1, _realtime.Calls);
    }

    [Fact]
    public async Task Caller_GoneBeforeAsking_CallsNothing()
    {
        using var gone = new CancellationTokenSource();
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Ask(1, 1, gone.Token));
        Assert.Equal(0, _realtime.Calls);
    }

    [Fact]
    public async Task Deadline_Passed_IsAFailureAndTheCallKeepsItsPlaceUntilItEnds()
    {
        var held = _realtime.Hold();
        var late = Ask(1, 1);
        await _realtime.BegunAsync();
        _clock.Advance(Deadline - TimeSpan.FromMilliseconds(1));
        Assert.False(late.IsCompleted);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        var (scored, whyNot, detail) = await late;
        Assert.Null(scored);
        Assert.Equal(RouteReason.RealtimeFailed, whyNot);
        Assert.Contains("250 ms", detail);
        Assert.Equal(RouteReason.Overloaded, (await Ask(2, 1)).WhyNot);
        var joined = Ask(1, 1);
        held.SetResult(FakeRealtime.Scored(5));
        Assert.NotNull((await joined).Scored);
        Assert.Equal(1, _realtime.Calls);
        Assert.Equal(0, _gate.UnderWay("churn"));
    }

    [Fact]
    public async Task Deadline_ModelComputesWithoutWaiting_StillHolds()
    {
        using var computing = new ManualResetEventSlim();
        _realtime.Answer = (_, _) =>
        {
            computing.Wait(TimeSpan.FromSeconds(20), Ct);
            return Task.FromResult(FakeRealtime.Scored(1));
        };
        var asked = Ask(1, 1);
        await _realtime.BegunAsync();
        _clock.Advance(Deadline);
        Assert.Equal(RouteReason.RealtimeFailed, (await asked).WhyNot);
        var joined = Ask(1, 1);
        computing.Set();
        Assert.NotNull((await joined).Scored);
    }

    [Fact]
    public async Task Flight_ThatHangs_IsGivenUpAndItsPlaceComesBack()
    {
        _realtime.Hold();
        var first = Ask(1, 1);
        await _realtime.BegunAsync();
        _clock.Advance(RealtimeDoor.MaxFlight - TimeSpan.FromMilliseconds(1));
        Assert.Equal(RouteReason.RealtimeFailed, (await first).WhyNot);
        Assert.Equal(1, _gate.UnderWay("churn"));
        var joined = Ask(1, 1);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        var (_, whyNot, detail) = await joined;
        Assert.Equal(RouteReason.RealtimeFailed, whyNot);
        Assert.Contains("30 s", detail);
        Assert.Equal(0, _gate.UnderWay("churn"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Failure_ThrownAtOnceOrLater_IsToldNotKeptAndLeaksNoPlace(bool atOnce)
    {
        var failure = new StorageFailedException("model.onnx", "it is gone.", isTransient: false);
        _realtime.Answer = (_, _) => atOnce ? throw failure : Task.FromException<RealtimeOutcome>(failure);
        for (var i = 0; i < 5; i++)
        {
            var (scored, whyNot, detail) = await Ask(1, 1);
            Assert.Null(scored);
            Assert.Equal(RouteReason.RealtimeFailed, whyNot);
            Assert.DoesNotContain("it is gone", detail);
            Assert.Contains("it is gone", _troubles[0].Failure?.Message);
        }

        Assert.Equal(5, _realtime.Calls);
        Assert.Equal(0, _gate.UnderWay("churn"));
        _realtime.Answer = (_, _) => Task.FromResult(FakeRealtime.Scored(3));
        Assert.NotNull((await Ask(1, 1)).Scored);
    }

    [Fact]
    public async Task Failure_AsAnOutcome_KeepsItsReason()
    {
        _realtime.Answer = (_, _) => Task.FromResult<RealtimeOutcome>(new RealtimeOutcome.Failed("no model is chosen"));
        var (_, whyNot, detail) = await Ask(1, 1);
        Assert.Equal((RouteReason.RealtimeFailed, "no model is chosen"), (whyNot, detail));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task BadFeatures_ThrownOrGiven_ReachTheCaller(bool thrown)
    {
        var problem = new BadInputException("features.age", "'old'", "a number", "Send a number.");
        _realtime.Answer = (_, _) => thrown ? throw problem : Task.FromResult<RealtimeOutcome>(new RealtimeOutcome.BadFeatures(problem));
        Assert.Equal("features.age", (await Assert.ThrowsAsync<BadInputException>(() => Ask(1, 1))).Place);
        Assert.Equal(0, _gate.UnderWay("churn"));
    }

    [Fact]
    public async Task BrokenAssumption_InTheScoring_IsNeverAnsweredAround()
    {
        _realtime.Answer = (_, _) => throw new InvariantBrokenException("one row in, one prediction out", "2 rows");
        await Assert.ThrowsAsync<InvariantBrokenException>(() => Ask(1, 1));
        Assert.Equal(0, _gate.UnderWay("churn"));
    }

    private static Dictionary<string, object?> Features(long question) => new() { ["age"] = question };

    private Task<(RealtimeOutcome.Scored? Scored, RouteReason WhyNot, string Detail)> Ask(long question, int atOnce, CancellationToken? ct = null) =>
        _gate.TryScoreAsync(Contract(atOnce), Snapshot, Features(question), ct ?? Ct).AsTask();
}
