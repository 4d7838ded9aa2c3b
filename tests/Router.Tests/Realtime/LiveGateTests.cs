using BatchEngine.Domain;
using BatchEngine.Router.Realtime;
using Microsoft.Extensions.Time.Testing;

namespace BatchEngine.Router.Tests.Realtime;

public sealed class LiveGateTests
{
    private static readonly ServingContract Contract = ServingContract.Default("churn") with { MaxConcurrentRealtime = 2 };
    private readonly FakeTimeProvider _clock = new(RouterWorld.Night);
    private readonly FakeLive _live = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private LiveGate CreateSut() => new(_live, _clock);

    [Fact]
    public async Task TryScore_TheSameQuestionAtOnce_IsOneCall()
    {
        _live.Hold = new(TaskCreationOptions.RunContinuationsAsynchronously);
        var sut = CreateSut();
        var waiting = Enumerable.Range(0, 50).Select(_ => sut.TryScoreAsync(Contract, RouterWorld.Features(1), Ct).AsTask()).ToList();
        await _live.CalledAsync(1);
        _live.Hold.SetResult();
        Assert.All(await Task.WhenAll(waiting), outcome => Assert.NotNull(outcome.Scored));
        Assert.Single(_live.Calls);
        await sut.TryScoreAsync(Contract, RouterWorld.Features(1), Ct);
        Assert.Equal(2, _live.Calls.Count); // shared while it flies, never kept
    }

    [Fact]
    public async Task TryScore_QuestionsThatLookAlike_AreNotShared()
    {
        _live.Hold = new(TaskCreationOptions.RunContinuationsAsynchronously);
        var sut = CreateSut();
        var wide = Contract with { MaxConcurrentRealtime = 10 };
        var instant = RouterWorld.Night;
        object?[] alike = [1L, 1d, "1", true, null, "", instant, instant.AddMilliseconds(1)];
        var waiting = alike.Select(v => sut.TryScoreAsync(wide, RouterWorld.Features(v), Ct).AsTask()).ToList();
        await _live.CalledAsync(alike.Length);
        _live.Hold.SetResult();
        await Task.WhenAll(waiting);
        Assert.Equal(alike.Length, _live.Calls.Count);
    }

    [Fact]
    public async Task TryScore_MoreThanTheBound_IsOverloadedAndFreeAgainAfterwards()
    {
        _live.Hold = new(TaskCreationOptions.RunContinuationsAsynchronously);
        var sut = CreateSut();
        var first = sut.TryScoreAsync(Contract, RouterWorld.Features(1), Ct).AsTask();
        var second = sut.TryScoreAsync(Contract, RouterWorld.Features(2), Ct).AsTask();
        await _live.CalledAsync(2);
        var third = await sut.TryScoreAsync(Contract, RouterWorld.Features(3), Ct);
        Assert.Null(third.Scored);
        Assert.Equal(RouteReason.Overloaded, third.WhyNot);
        _live.Hold.SetResult();
        await Task.WhenAll(first, second);
        Assert.NotNull((await sut.TryScoreAsync(Contract, RouterWorld.Features(3), Ct)).Scored);
    }

    [Fact]
    public async Task TryScore_ABlockingEndpointBeyondTheDeadline_IsAFailureAndTheCallerIsFree()
    {
        _live.Hold = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using var blocked = new ManualResetEventSlim();
        _live.Hold.SetResult();
        _live.Answer = _ =>
        {
            blocked.Wait();
            return FakeLive.Scored(1);
        };
        var pending = CreateSut().TryScoreAsync(Contract, RouterWorld.Features(1), Ct).AsTask();
        await _live.CalledAsync(1);
        Assert.False(pending.IsCompleted);
        _clock.Advance(Contract.RealtimeDeadline);
        var (scored, whyNot, detail) = await pending;
        blocked.Set();
        Assert.Null(scored);
        Assert.Equal(RouteReason.RealtimeFailed, whyNot);
        Assert.Contains("250 ms", detail);
    }

    [Fact]
    public async Task TryScore_ACallerThatLeaves_DoesNotStopTheOthers()
    {
        _live.Hold = new(TaskCreationOptions.RunContinuationsAsynchronously);
        var sut = CreateSut();
        using var leaves = new CancellationTokenSource();
        var leaver = sut.TryScoreAsync(Contract, RouterWorld.Features(1), leaves.Token).AsTask();
        var stayer = sut.TryScoreAsync(Contract, RouterWorld.Features(1), Ct).AsTask();
        await _live.CalledAsync(1);
        await leaves.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaver);
        _live.Hold.SetResult();
        Assert.NotNull((await stayer).Scored);
    }

    [Fact]
    public async Task TryScore_AnEndpointThatThrows_IsAFailureWithItsMessage()
    {
        _live.Answer = _ => throw new IOException("the wire broke");
        var (scored, whyNot, detail) = await CreateSut().TryScoreAsync(Contract, RouterWorld.Features(1), Ct);
        Assert.Null(scored);
        Assert.Equal((RouteReason.RealtimeFailed, "the wire broke"), (whyNot, detail));
    }
}
