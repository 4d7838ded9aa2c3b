using BatchEngine.CostModel.Ledger;
using BatchEngine.Host.Composition;
using BatchEngine.Storage.Database.Ledger;

namespace BatchEngine.Host.Tests.EndToEnd;

/// <summary>After any kill the ledger is usage times price, and no time that was metered is left out.</summary>
internal static class ProvedBooks
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Waits until every process that was killed counts as dead, settles them, and proves the ledger.</summary>
    public static async Task MustBeAsync(Engine engine, string when, CancellationToken ct)
    {
        var poster = new LedgerPoster(engine.Database, engine.Clock, engine.Prices);
        var until = engine.Clock.GetUtcNow() + Patience;
        do
        {
            await poster.CatchUpAsync(null, ct);
            await Task.Delay(TimeSpan.FromMilliseconds(50), ct);
        }
        while ((await new OpenSliceStore(engine.Database).ListAsync(null, ct)).Count > 0 && engine.Clock.GetUtcNow() < until);
        var verdict = await new LedgerProof(engine.Database, engine.Clock).CheckAsync(ct);
        Assert.True(verdict is { Differences.Count: 0, Open: 0, Former: 0, Usages: > 0 } && verdict.Proved == verdict.Usages,
            $"{when}: {verdict} {string.Join('\n', verdict.Differences.Take(5))}");
        Assert.True(verdict.Ledger.Whole.HasValue, when);
    }
}
