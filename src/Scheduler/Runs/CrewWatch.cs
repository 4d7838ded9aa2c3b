using BatchEngine.Domain;
using BatchEngine.Scheduler.Events;
using BatchEngine.Scheduler.Leasing;
using BatchEngine.Storage.Database.Leases;

namespace BatchEngine.Scheduler.Runs;

/// <summary>Watches whether anybody works on a run that is scored: that nobody does is told once, with since when, and once that somebody does again. Used by
/// one
/// coordinator.</summary>
internal sealed class CrewWatch(RunContext context)
{
    private DateTimeOffset? _alone;

    /// <summary>Since when nobody works on the run, once that has lasted; null means that somebody does, or may at any moment.</summary>
    public DateTimeOffset? NobodySince { get; private set; }

    /// <summary>Looks once, while the run is scored.</summary>
    public async Task LookAsync(IReadOnlyList<ShardProgress> shards, DateTimeOffset now, CancellationToken ct)
    {
        await ExpireTheDeadAsync(shards, ct).ConfigureAwait(false);
        await LookAsync(shards.Any(s => s.State == ShardState.Leased) || shards.All(s => s.State == ShardState.Done), now, ct).ConfigureAwait(false);
    }

    /// <summary>Looks once, while the run is sealed by workers elsewhere.</summary>
    public async Task LookAsync(IReadOnlyList<SealUnitProgress> units, DateTimeOffset now, CancellationToken ct)
    {
        if (context.Settings.Processes is { } processes)
            await DeadHolders.ExpireAsync(context.Stores.SealUnits, processes, context.Run, ct).ConfigureAwait(false);
        await LookAsync(units.Any(u => u.State == ShardState.Leased) || units.All(u => u.State == ShardState.Done), now, ct).ConfigureAwait(false);
    }

    private async Task LookAsync(bool isWorkedOn, DateTimeOffset now, CancellationToken ct)
    {
        _alone = isWorkedOn ? null : _alone ?? now;
        if (isWorkedOn && NobodySince is not null)
        {
            NobodySince = null;
            context.Say(RunEventKind.WorkersCame, "workers", "somebody works on it again");
            await context.WarnAsync(ct).ConfigureAwait(false);
        }
        else if (_alone is { } since && NobodySince is null && now - since >= context.Settings.Leases.RenewEvery)
        {
            NobodySince = since;
            context.Say(RunEventKind.NobodyWorks, "workers", $"nobody works on it since {Figures.Instant(since)}. Start workers: batchengine worker --any");
            await context.WarnAsync(ct).ConfigureAwait(false);
        }
    }

    // Where nobody waits for a shard nobody asks who is dead, and workers elsewhere see a lease's end only.
    private async Task ExpireTheDeadAsync(IReadOnlyList<ShardProgress> shards, CancellationToken ct)
    {
        if (context.Settings.Processes is not { } processes)
            return;
        foreach (var shard in shards)
        {
            if (shard is { State: ShardState.Leased, Process: { } process } && process != processes.Own && processes.HasEnded(process))
                await context.Stores.Claims.ExpireAsync(context.Run, shard.Index, shard.Fence, ct).ConfigureAwait(false);
        }
    }
}
