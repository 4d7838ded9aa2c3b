using BatchEngine.Domain;
using BatchEngine.Storage.Database.Leases;

namespace BatchEngine.Storage.Tests.Database.Leases;

/// <summary>What the contracts of the stores under a fence share.</summary>
public abstract class LeaseContract : StateContract
{
    protected static readonly TimeSpan Ttl = TimeSpan.FromSeconds(30);

    protected ClaimStore Claims => new(Database);

    protected ReceiptStore Receipts => new(Database);

    protected async Task<LeaseOutcome.Granted> GrantedAsync(RunId run, string worker = "w1") =>
        Assert.IsType<LeaseOutcome.Granted>(await Claims.TryAcquireAsync(run, worker, Ttl, Ct));
}
