using BatchEngine.Domain;
using BatchEngine.Storage.Database.Leases;

namespace BatchEngine.Storage.Tests.Database.Leases;

public abstract class LeadStoreContract : LeaseContract
{
    [Fact]
    public async Task Lead_OneHolderAtATime_UnderStrictlyRisingFences()
    {
        var run = await Samples.OpenRunAsync(Database, Samples.Plan());
        var lead = new LeadStore(Database);
        Assert.Equal(new FenceToken(1), await lead.TryTakeAsync(run, "a", Ttl, Ct));
        Assert.Null(await lead.TryTakeAsync(run, "b", Ttl, Ct));
        Clock.Advance(Ttl / 2);
        Assert.True(await lead.KeepAsync(run, new FenceToken(1), Ttl, Ct));
        Clock.Advance(Ttl * 0.75);
        Assert.Null(await lead.TryTakeAsync(run, "b", Ttl, Ct));
        Clock.Advance(Ttl);
        Assert.Equal(new FenceToken(2), await lead.TryTakeAsync(run, "b", Ttl, Ct));
        Assert.False(await lead.KeepAsync(run, new FenceToken(1), Ttl, Ct));
        await lead.GiveBackAsync(run, new FenceToken(1), Ct);
        Assert.True(await lead.KeepAsync(run, new FenceToken(2), Ttl, Ct));
        await lead.GiveBackAsync(run, new FenceToken(2), Ct);
        Assert.Equal(new FenceToken(3), await lead.TryTakeAsync(run, "c", Ttl, Ct));
    }
}
