using BatchEngine.Domain;
using BatchEngine.Storage.Database.Leases;

namespace BatchEngine.Storage.Tests.Database.Leases;

public abstract class LeadStoreContract : LeaseContract
{
    [Fact]
    public async Task Lead_OneHolderAtATime_UnderStrictlyRisingFences()
    {
        var run = await Samples.OpenRunAsync(Database, Samples.Plan());
        var leads = new LeadStore(Database, "process 1");
        var before = await TakeAsync(leads, run, "test");
        await leads.GiveBackAsync(before, Ct);
        var a = await TakeAsync(leads, run, "a");
        Assert.Equal(before.Fence.Value + 1, a.Fence.Value);
        Assert.Equal(new LeadOutcome.Held(a, "a", "process 1", Start + Ttl), await leads.TryTakeAsync(run, "b", Ttl, Ct));
        Clock.Advance(Ttl / 2);
        Assert.True(await leads.KeepAsync(a, Ttl, Ct));
        Clock.Advance(Ttl * 0.75);
        Assert.IsType<LeadOutcome.Held>(await leads.TryTakeAsync(run, "b", Ttl, Ct));
        Clock.Advance(Ttl);
        var b = await TakeAsync(leads, run, "b");
        Assert.Equal(a.Fence.Value + 1, b.Fence.Value);
        Assert.False(await leads.KeepAsync(a, Ttl, Ct));
        await leads.GiveBackAsync(a, Ct);
        await leads.ExpireAsync(a, Ct);
        Assert.True(await leads.KeepAsync(b, Ttl, Ct));
        await leads.GiveBackAsync(b, Ct);
        Assert.Equal(b.Fence.Value + 1, (await TakeAsync(leads, run, "c")).Fence.Value);
    }

    [Fact]
    public async Task Lead_HolderKnownToBeGone_IsFreeAtOnce()
    {
        var run = await Samples.OpenRunAsync(Database, Samples.Plan());
        var leads = new LeadStore(Database);
        var dead = await TakeAsync(leads, run, "dead");
        await leads.ExpireAsync(dead, Ct);
        Assert.True((await TakeAsync(leads, run, "next")).Fence.Value > dead.Fence.Value);
        await leads.ExpireAsync(dead, Ct);
        Assert.IsType<LeadOutcome.Held>(await leads.TryTakeAsync(run, "third", Ttl, Ct));
    }

    private async Task<Lead> TakeAsync(LeadStore leads, RunId run, string holder) =>
        Assert.IsType<LeadOutcome.Taken>(await leads.TryTakeAsync(run, holder, Ttl, Ct)).Lead;
}
