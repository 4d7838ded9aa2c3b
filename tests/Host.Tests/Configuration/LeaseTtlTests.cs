using BatchEngine.Host.Configuration;
using BatchEngine.Scheduler.Leasing;

namespace BatchEngine.Host.Tests.Configuration;

public sealed class LeaseTtlTests
{
    // They were 30 s here and 15 s there.
    [Fact]
    public void Default_OfTheConfiguration_IsThatOfTheLeases()
    {
        Assert.Equal(LeasePolicy.Default.Ttl, EngineConfiguration.In("data").LeaseTtl);
        Assert.Equal(LeasePolicy.Default, LeasePolicy.Living(EngineConfiguration.In("data").LeaseTtl));
    }
}
