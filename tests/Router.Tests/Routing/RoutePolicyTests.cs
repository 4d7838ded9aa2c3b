using BatchEngine.Domain;
using BatchEngine.Router.Routing;

namespace BatchEngine.Router.Tests.Routing;

public sealed class RoutePolicyTests
{
    private static readonly ServingContract Strict = ServingContract.Default("churn") with { MaxAge = TimeSpan.FromHours(26), MinConfidence = 0.6 };

    [Theory]
    [InlineData(0, 0.6f, RouteReason.Fresh)]
    [InlineData(26, 1f, RouteReason.Fresh)]
    [InlineData(26.001, 1f, RouteReason.Stale)]
    [InlineData(1, 0.59f, RouteReason.LowConfidence)]
    [InlineData(27, 0.1f, RouteReason.Stale)]
    public void Judge_StoredPrediction_IsFreshOnlyWithinBothLimits(double ageHours, float confidence, RouteReason expected) =>
        Assert.Equal(expected, RoutePolicy.Judge(Strict, true, RouterWorld.Row(1, 1, confidence).Expected, TimeSpan.FromHours(ageHours)));

    [Fact]
    public void Judge_NothingStored_SaysWhetherTheSnapshotOrTheKeyIsMissing()
    {
        Assert.Equal(RouteReason.NoSnapshot, RoutePolicy.Judge(Strict, false, null, TimeSpan.Zero));
        Assert.Equal(RouteReason.KeyMissing, RoutePolicy.Judge(Strict, true, null, TimeSpan.FromDays(400)));
    }

    [Fact]
    public void Judge_WithoutLimits_IsFreshHoweverOldAndUnsure() =>
        Assert.Equal(RouteReason.Fresh, RoutePolicy.Judge(ServingContract.Default("churn"), true, RouterWorld.Row(1, 1, 0f).Expected, TimeSpan.FromDays(4_000)));

    [Fact]
    public void Judge_AModelThatGivesNoConfidence_IsNotCalledUnsure() =>
        Assert.Equal(RouteReason.Fresh, RoutePolicy.Judge(Strict, true, RouterWorld.Row(1, 1, null).Expected, TimeSpan.Zero));
}
