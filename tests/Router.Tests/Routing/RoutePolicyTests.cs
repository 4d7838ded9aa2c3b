using BatchEngine.Domain;
using BatchEngine.Router.Routing;

namespace BatchEngine.Router.Tests.Routing;

public sealed class RoutePolicyTests
{
    private const float NoConfidence = -1;

    [Theory]
    [InlineData(null, null, 1_000_000, 0.1f, RouteReason.Fresh)]
    [InlineData(26, null, 26, 0.1f, RouteReason.Fresh)]
    [InlineData(26, null, 27, 0.9f, RouteReason.Stale)]
    [InlineData(26, null, -5, 0.9f, RouteReason.Stale)]
    [InlineData(null, null, -5, 0.9f, RouteReason.Stale)]
    [InlineData(null, 0.7, -876_000, 0.9f, RouteReason.Stale)]
    [InlineData(0, null, 0, 0.9f, RouteReason.Fresh)]
    [InlineData(null, 0.7, 1, 0.7f, RouteReason.Fresh)]
    [InlineData(null, 0.7, 1, 0.6999f, RouteReason.LowConfidence)]
    [InlineData(null, 0.7, 1, float.NaN, RouteReason.LowConfidence)]
    [InlineData(null, 0.7, 1, NoConfidence, RouteReason.Fresh)]
    [InlineData(26, 0.7, 27, 0.1f, RouteReason.Stale)]
    [InlineData(26, 0.7, 26, 0.1f, RouteReason.LowConfidence)]
    public void Judge_StoredPrediction_GivesTheFirstReasonAgainstIt(int? maxAgeHours, double? minConfidence, int ageHours, float confidence,
        RouteReason expected)
    {
        var contract = ServingContract.Default("churn")
            with
        { MaxAge = maxAgeHours is { } hours ? TimeSpan.FromHours(hours) : null, MinConfidence = minConfidence };
        var sure = confidence == NoConfidence ? Measured<float>.NotMeasured("a regression") : Measured<float>.Of(confidence);
        Assert.Equal(expected, RoutePolicy.Judge(contract, true, new Prediction([1], sure, 1, PredictionFlags.None), TimeSpan.FromHours(ageHours)));
    }

    [Theory]
    [InlineData(false, RouteReason.NoSnapshot)]
    [InlineData(true, RouteReason.KeyMissing)]
    public void Judge_NothingStored_SaysWhetherSnapshotOrKeyIsMissing(bool hasSnapshot, RouteReason expected)
    {
        var strict = ServingContract.Default("churn") with { MaxAge = TimeSpan.Zero, MinConfidence = 1 };
        Assert.Equal(expected, RoutePolicy.Judge(strict, hasSnapshot, null, TimeSpan.FromDays(9)));
    }

    [Fact]
    public void Judge_ATickOverTheLimit_IsStale()
    {
        var contract = ServingContract.Default("churn") with { MaxAge = TimeSpan.FromHours(1) };
        var stored = new Prediction([1], Measured<float>.Of(1), 1, PredictionFlags.None);
        Assert.Equal(RouteReason.Fresh, RoutePolicy.Judge(contract, true, stored, TimeSpan.FromHours(1)));
        Assert.Equal(RouteReason.Stale, RoutePolicy.Judge(contract, true, stored, TimeSpan.FromHours(1) + TimeSpan.FromTicks(1)));
    }

    [Fact]
    public void Judge_AsOfInTheFuture_IsFreshOnlyWithinWhatClocksDiffer()
    {
        var contract = ServingContract.Default("churn") with { MaxAge = TimeSpan.FromHours(1) };
        var stored = new Prediction([1], Measured<float>.Of(1), 1, PredictionFlags.None);
        Assert.Equal(RouteReason.Fresh, RoutePolicy.Judge(contract, true, stored, -RoutePolicy.MaxClockSkew));
        Assert.Equal(RouteReason.Stale, RoutePolicy.Judge(contract, true, stored, -RoutePolicy.MaxClockSkew - TimeSpan.FromTicks(1)));
    }
}
