using BatchEngine.Domain;
using BatchEngine.Scheduler.Leasing;

namespace BatchEngine.Scheduler.Tests.Leasing;

public sealed class LeasePolicyTests
{
    [Fact]
    public void Accepts_TheDefaults() => Assert.Empty(LeasePolicy.Default.Validate());

    [Fact]
    public void Rejects_RenewalSlowerThanAThirdOfTheTtl() =>
        Assert.Contains(nameof(LeasePolicy.RenewEvery), Assert.Single((LeasePolicy.Default with { RenewEvery = TimeSpan.FromSeconds(11) }).Validate()),
            StringComparison.Ordinal);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(20)]
    [InlineData(3_600)]
    public void Living_ForEveryLifeThatTheConfigurationTakes_IsAccepted(int seconds) =>
        Assert.Empty(LeasePolicy.Living(TimeSpan.FromSeconds(seconds)).Validate());

    [Fact]
    public void Rejects_EveryBadValueAtOnceWithTheValueSeen()
    {
        var policy = LeasePolicy.Default with { Ttl = TimeSpan.Zero, MinWait = TimeSpan.Zero, MaxTransientRetries = -3, MaxAttemptsPerShard = 0 };

        Assert.True(policy.Validate().Count >= 4);
        Assert.Contains("found -3", Assert.Throws<BadInputException>(policy.Checked).Message, StringComparison.Ordinal);
    }
}
