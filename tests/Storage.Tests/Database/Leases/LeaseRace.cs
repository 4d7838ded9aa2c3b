using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Leases;

namespace BatchEngine.Storage.Tests.Database.Leases;

/// <summary>Workers that fight for the shards of one run through one database instance, dying, dawdling and handing back at random.</summary>
internal static class LeaseRace
{
    private const int MaxTurns = 20_000;

    /// <summary>Runs until every shard is done; gives every grant as "shard fence worker" and every accepted commit as "done shard fence".</summary>
    /// <param name="database">The workers' opening of the file.</param>
    /// <param name="run">The run.</param>
    /// <param name="name">What the workers' names begin with.</param>
    /// <param name="seed">Of what they do.</param>
    /// <param name="workers">How many.</param>
    /// <param name="granted">Called at every grant, from several threads; null means nobody asks.</param>
    public static async Task<IReadOnlyList<string>> RunAsync(StateDatabase database, RunId run, string name, int seed, int workers, Action? granted = null)
    {
        var lines = await Task.WhenAll(Enumerable.Range(0, workers)
            .Select(w => Task.Run(() => WorkAsync(database, run, $"{name}{w}", new Random(seed + w), granted))));
        return [.. lines.SelectMany(l => l)];
    }

    private static async Task<List<string>> WorkAsync(StateDatabase database, RunId run, string worker, Random chance, Action? told)
    {
        var ct = CancellationToken.None;
        var (claims, receipts) = (new ClaimStore(database), new ReceiptStore(database));
        var lines = new List<string>();
        for (var turn = 0; turn < MaxTurns; turn++)
        {
            // A worker scores between two calls; without any pause one process would hold the write lock all but always.
            await Task.Delay(chance.Next(3), ct);

            // A millisecond: many leases run out while their holder still writes, so zombies meet their successors all the time.
            var outcome = await claims.TryAcquireAsync(run, worker, TimeSpan.FromMilliseconds(1 + chance.Next(4)), ct);
            if (outcome is LeaseOutcome.AllDone)
                return lines;
            if (outcome is not LeaseOutcome.Granted granted)
                continue;
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"{granted.Lease.ShardIndex} {granted.Lease.Fence} {worker}"));
            told?.Invoke();
            try
            {
                if (chance.Next(3) == 0)
                    await receipts.CheckpointAsync(granted.Lease, granted.From with { NextUnitIndex = granted.From.NextUnitIndex + 1 }, ct);
                if (chance.Next(4) == 0)
                    await claims.ReleaseAsync(granted.Lease, HandBack.AskedToLeave, ct);
                else if (chance.Next(3) == 0)
                    await claims.RenewAsync(granted.Lease, TimeSpan.FromMilliseconds(1), ct);
                if (chance.Next(3) == 0)
                    continue;
                await receipts.CommitAsync(granted.Lease, Samples.Receipt(granted.Lease, granted.Shard.Rows, worker), ct);
                lines.Add(string.Create(CultureInfo.InvariantCulture, $"done {granted.Lease.ShardIndex} {granted.Lease.Fence}"));
            }
            catch (FenceLostException)
            {
                // Another worker owns the shard: exactly what the fence is for.
            }
        }
        throw new InvalidOperationException($"{worker} was still racing after {MaxTurns} turns.");
    }

    /// <summary>No two grants of a shard have one fence, and every shard has exactly one accepted receipt, which is the stored one. Gives the number of
    /// takeovers: without any, a race shows nothing.</summary>
    public static int Check(IReadOnlyList<string> lines, IReadOnlyList<ShardReceipt> stored, int shards)
    {
        var grants = lines.Where(l => !l.StartsWith("done", StringComparison.Ordinal)).Select(l => l[..l.LastIndexOf(' ')]).ToList();
        Assert.Equal(grants.Count, grants.Distinct().Count());
        var done = lines.Where(l => l.StartsWith("done", StringComparison.Ordinal)).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(shards, done.Count);
        Assert.Equal(stored.Select(r => $"done {r.ShardIndex} {r.Fence}").Order(StringComparer.Ordinal), done);
        return grants.Count - shards;
    }
}
