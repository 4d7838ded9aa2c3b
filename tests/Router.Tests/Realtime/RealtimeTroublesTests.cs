using BatchEngine.Router.Realtime;
using Microsoft.Extensions.Time.Testing;

namespace BatchEngine.Router.Tests.Realtime;

public sealed class RealtimeTroublesTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly List<RealtimeTrouble> _told = [];
    private readonly RealtimeTroubles _troubles;

    public RealtimeTroublesTests() => _troubles = new RealtimeTroubles(_clock, _told.Add);

    [Fact]
    public void Failures_OfOneCause_AreToldAtPowersOfTen()
    {
        for (var i = 0; i < 250; i++)
            _troubles.Count("churn", new InvalidOperationException($"Row {i} of 'key{i}' fails at {i * 0.5}"));
        Assert.Equal([1, 10, 100], _told.Select(t => t.Count));
        Assert.Contains("key99", _told[2].Failure!.Message);
        _troubles.Count("fraud", new InvalidOperationException("Row 1 of 'key1' fails at 1"));
        _troubles.Count("churn", "the deadline passed");
        Assert.Equal([("churn", 1), ("churn", 10), ("churn", 100), ("fraud", 1), ("churn", 1)], _told.Select(t => (t.ServingName, (int)t.Count)));
    }

    [Fact]
    public void Failures_AfterAQuietTime_AreToldAnew()
    {
        _troubles.Count("churn", "gone");
        _clock.Advance(RealtimeTroubles.QuietAfter + TimeSpan.FromTicks(1));
        _troubles.Count("churn", "gone");
        Assert.Equal([1, 1], _told.Select(t => (int)t.Count));
    }

    [Fact]
    public void Failures_OfMoreCausesThanAreKept_AreToldAsOne()
    {
        for (var i = 0; i < RealtimeTroubles.MaxCauses + 50; i++)
            _troubles.Count("churn", $"cause {(char)('a' + (i % 26))}{(char)('a' + (i / 26))}");
        Assert.Equal(RealtimeTroubles.MaxCauses + 2, _told.Count);
        Assert.Equal(("other causes", 10), (_told[^1].Cause, (int)_told[^1].Count));
    }
}
