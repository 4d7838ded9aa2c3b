using BatchEngine.Domain;
using BatchEngine.Storage.Database.Leases;

namespace BatchEngine.Scheduler.Leasing;

/// <summary>Ends the leases of processes that are proven to have ended, so that nobody waits for them to run out. Safe for several threads.</summary>
internal static class DeadHolders
{
    /// <summary>Ends those of a run's shards, each under the fence that was seen: what another worker took meanwhile stays its own.</summary>
    /// <returns>How many were ended.</returns>
    public static async Task<int> ExpireAsync(ClaimStore claims, IProcesses processes, RunId run, CancellationToken ct)
    {
        var ended = 0;
        foreach (var shard in await claims.ProgressAsync(run, ct).ConfigureAwait(false))
        {
            if (shard is { State: ShardState.Leased, Process: { } process } && processes.HasEnded(process)
                && await claims.ExpireAsync(run, shard.Index, shard.Fence, ct).ConfigureAwait(false))
                ended++;
        }
        return ended;
    }

    /// <summary>Ends those of a run's seal units, each under the fence that was seen.</summary>
    /// <returns>How many were ended.</returns>
    public static async Task<int> ExpireAsync(SealUnitStore units, IProcesses processes, RunId run, CancellationToken ct)
    {
        var ended = 0;
        foreach (var unit in await units.ProgressAsync(run, ct).ConfigureAwait(false))
        {
            if (unit is { State: ShardState.Leased, Process: { } process } && processes.HasEnded(process)
                && await units.ExpireAsync(run, unit.Unit.Index, unit.Fence, ct).ConfigureAwait(false))
                ended++;
        }
        return ended;
    }
}
