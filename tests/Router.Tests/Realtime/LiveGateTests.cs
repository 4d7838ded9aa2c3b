using BatchEngine.Domain;
using BatchEngine.Router.Realtime;
using Microsoft.Extensions.Time.Testing;

namespace BatchEngine.Router.Tests.Realtime;

public sealed class LiveGateTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMilliseconds(250);
    private readonly FakeTimeProvider _clock = new();
    private readonly FakeLive _live = new();
    private readonly LiveGate _gate;

    public LiveGateTests() => _gate = new LiveGate(_live, _clock);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static ServingContract Contract(int atOnce) =>
        ServingContract.Default("churn") with { MaxConcurrentRealtime = atOnce, RealtimeDeadline = Deadline };

    [Fact]
    public async Task Bound_Reached_RefusesTheNextAndFreesAPlaceWithEachEnd()
    {
        var held = _live.Hold();
        var three = Enumerable.Range(0, 3).Select(i => Ask(i, 3)).ToList();
        await _live.BegunAsync(3);
        var (refused, whyNot, detail) = await Ask(3, 3);
        Assert.Null(refused);
        Assert.Equal(RouteReason.Overloaded, whyNot);
        Assert.Contains("3 live scorings of 'churn'", detail);
        Assert.Equal(3, _gate.UnderWay("churn"));
        held.SetResult(FakeLive.Scored(7));
        foreach (var answer in await Task.WhenAll(three))
            Assert.Equal(7, answer.Scored!.Prediction.Outputs[0]);
        Assert.Equal(0, _gate.UnderWay("churn"));
        Assert.Equal(7, (await Ask(3, 3)).Scored!.Prediction.Outputs[0]);
        Assert.Equal(4, _live.Calls);
    }

    [Fact]
    public async Task Bound_OfOneName_DoesNotHoldAnother()
    {
        var held = _live.Hold();
        var first = Ask(1, 1);
        await _live.BegunAsync();
        var other = _gate.TryScoreAsync(Contract(1) with { Name = "fraud" }, Features(1), Ct).AsTask();
        await _live.BegunAsync();
        held.SetResult(FakeLive.Scored(1));
        Assert.NotNull((await first).Scored);
        Assert.NotNull((await other).Scored);
    }

    [Fact]
    public async Task Bound_Zero_RefusesAll() => Assert.Equal(RouteReason.Overloaded, (await Ask(1, 0)).WhyNot);

    [Fact]
    public async Task Bound_UnderPressure_IsNeverPassedAndLeaksNothing()
    {
        _live.Answer = async (_, _) =>
        {
            await Task.Yield();
            return FakeLive.Scored(1);
        };
        var answers = await Task.WhenAll(Enumerable.Range(0, 2_000).Select(i => Task.Run(() => Ask(i % 7, 2), Ct)));
        Assert.InRange(_live.MostAtOnce, 1, 2);
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

        Assert.Equal(1, _live.MostAtOnce);
    }

    [Fact]
    public async Task SameQuestion_AskedTogether_IsOneCall()
    {
        var held = _live.Hold();
        var asked = Enumerable.Range(0, 10).Select(_ => Ask(1, 1)).ToList();
        await _live.BegunAsync();
        held.SetResult(FakeLive.Scored(5));
        Assert.All(await Task.WhenAll(asked), a => Assert.Equal(5, a.Scored!.Prediction.Outputs[0]));
        Assert.Equal(1, _live.Calls);
        await Ask(1, 1);
        Assert.Equal(2, _live.Calls);
    }

    [Fact]
    public async Task SameQuestion_OneCallerLeaves_TheOtherIsAnswered()
    {
        var held = _live.Hold();
        using var leaving = new CancellationTokenSource();
        var first = Ask(1, 1, leaving.Token);
        var second = Ask(1, 1);
        await _live.BegunAsync();
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.False(second.IsCompleted);
        held.SetResult(FakeLive.Scored(5));
        Assert.Equal(5, (await second).Scored!.Prediction.Outputs[0]);
        Assert.Equal(1, _live.Calls);
    }

    [Fact]
    public async Task Caller_GoneBeforeAsking_CallsNothing()
    {
        using var gone = new CancellationTokenSource();
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Ask(1, 1, gone.Token));
        Assert.Equal(0, _live.Calls);
    }

    [Fact]
    public async Task Deadline_Passed_IsAFailureAndTheCallKeepsItsPlaceUntilItEnds()
    {
        var held = _live.Hold();
        var late = Ask(1, 1);
        await _live.BegunAsync();
        _clock.Advance(Deadline - TimeSpan.FromMilliseconds(1));
        Assert.False(late.IsCompleted);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        var (scored, whyNot, detail) = await late;
        Assert.Null(scored);
        Assert.Equal(RouteReason.RealtimeFailed, whyNot);
        Assert.Contains("250 ms", detail);
        Assert.Equal(RouteReason.Overloaded, (await Ask(2, 1)).WhyNot);
        var joined = Ask(1, 1);
        held.SetResult(FakeLive.Scored(5));
        Assert.NotNull((await joined).Scored);
        Assert.Equal(1, _live.Calls);
        Assert.Equal(0, _gate.UnderWay("churn"));
    }

    [Fact]
    public async Task Deadline_ModelComputesWithoutWaiting_StillHolds()
    {
        using var computing = new ManualResetEventSlim();
        _live.Answer = (_, _) =>
        {
            computing.Wait(TimeSpan.FromSeconds(20), Ct);
            return Task.FromResult(FakeLive.Scored(1));
        };
        var asked = Ask(1, 1);
        await _live.BegunAsync();
        _clock.Advance(Deadline);
        Assert.Equal(RouteReason.RealtimeFailed, (await asked).WhyNot);
        var joined = Ask(1, 1);
        computing.Set();
        Assert.NotNull((await joined).Scored);
    }

    [Fact]
    public async Task Flight_ThatHangs_IsGivenUpAndItsPlaceComesBack()
    {
        _live.Hold();
        var first = Ask(1, 1);
        await _live.BegunAsync();
        _clock.Advance(LiveGate.MaxFlight - TimeSpan.FromMilliseconds(1));
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
        _live.Answer = (_, _) => atOnce ? throw failure : Task.FromException<LiveOutcome>(failure);
        for (var i = 0; i < 5; i++)
        {
            var (scored, whyNot, detail) = await Ask(1, 1);
            Assert.Null(scored);
            Assert.Equal(RouteReason.RealtimeFailed, whyNot);
            Assert.Contains("it is gone", detail);
        }

        Assert.Equal(5, _live.Calls);
        Assert.Equal(0, _gate.UnderWay("churn"));
        _live.Answer = (_, _) => Task.FromResult(FakeLive.Scored(3));
        Assert.NotNull((await Ask(1, 1)).Scored);
    }

    [Fact]
    public async Task Failure_AsAnOutcome_KeepsItsReason()
    {
        _live.Answer = (_, _) => Task.FromResult<LiveOutcome>(new LiveOutcome.Failed("no model is chosen"));
        var (_, whyNot, detail) = await Ask(1, 1);
        Assert.Equal((RouteReason.RealtimeFailed, "no model is chosen"), (whyNot, detail));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task BadFeatures_ThrownOrGiven_ReachTheCaller(bool thrown)
    {
        var problem = new BadInputException("features.age", "'old'", "a number", "Send a number.");
        _live.Answer = (_, _) => thrown ? throw problem : Task.FromResult<LiveOutcome>(new LiveOutcome.BadFeatures(problem));
        Assert.Equal("features.age", (await Assert.ThrowsAsync<BadInputException>(() => Ask(1, 1))).Place);
        Assert.Equal(0, _gate.UnderWay("churn"));
    }

    [Fact]
    public async Task BrokenAssumption_InTheScoring_IsNeverAnsweredAround()
    {
        _live.Answer = (_, _) => throw new InvariantBrokenException("one row in, one prediction out", "2 rows");
        await Assert.ThrowsAsync<InvariantBrokenException>(() => Ask(1, 1));
        Assert.Equal(0, _gate.UnderWay("churn"));
    }

    private static Dictionary<string, object?> Features(long question) => new() { ["age"] = question };

    private Task<(LiveOutcome.Scored? Scored, RouteReason WhyNot, string Detail)> Ask(long question, int atOnce, CancellationToken? ct = null) =>
        _gate.TryScoreAsync(Contract(atOnce), Features(question), ct ?? Ct).AsTask();
}
