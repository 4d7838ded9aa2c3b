using BatchEngine.Domain;
using BatchEngine.Storage.Blobs.Copies;
using BatchEngine.Storage.Database.Runs;
using BatchEngine.Storage.Database.Snapshots;
using BatchEngine.Storage.Snapshots.Readers;

namespace BatchEngine.Host.Adapters;

/// <summary>The snapshot that unchanged rows are looked up in: verified once, then shared by the workers of this process. Keeps the latest one open.
/// Thread-safe; dispose it after all work has ended.</summary>
/// <remarks>A process that only scores maps it: if a file of it is cut meanwhile the process ends, and the night goes on by the same command. A process that
/// also serves must not end by that, so it takes the copy that it serves, or makes one.</remarks>
internal sealed class BaseSnapshots(SnapshotStore snapshots, DecisionStore decisions, LocalCopies copies, TimeProvider clock) : IDisposable
{
    private readonly Lock _lock = new();
    private (long Id, RunId Run, Task<SnapshotReader?> Reader) _latest = (0, default, Task.FromResult<SnapshotReader?>(null));

    /// <summary>Finds a snapshot that this process serves by its id; null (the default) means that the process serves none.</summary>
    public Func<long, SnapshotReader?>? Served { get; set; }

    /// <summary>The base of a plan, held for the caller, who releases it; null means that every row is to be scored: the plan compares no rows, or the
    /// snapshot is damaged, which is then a decision of the run.</summary>
    public async Task<SnapshotReader?> HoldAsync(RunPlan plan, CancellationToken ct)
    {
        if (!plan.Reuse.ComparesRows)
            return null;
        if (Served?.Invoke(plan.Reuse.BaseSnapshot) is { } served && served.TryAcquire())
            return served;
        var reader = await ReaderOf(plan).WaitAsync(ct).ConfigureAwait(false);
        return reader is not null && reader.TryAcquire() ? reader : null;
    }

    /// <inheritdoc/>
    public void Dispose() => Close(_latest.Reader);

    private Task<SnapshotReader?> ReaderOf(RunPlan plan)
    {
        lock (_lock)
        {
            if (_latest.Id == plan.Reuse.BaseSnapshot && _latest.Run == plan.Run)
                return _latest.Reader;
            Close(_latest.Reader);
            _latest = (plan.Reuse.BaseSnapshot, plan.Run, Task.Run(() => OpenAsync(plan)));
            return _latest.Reader;
        }
    }

    // Workers that still look up keep the segments until they release it.
    private static void Close(Task<SnapshotReader?> reader) =>
        _ = reader.ContinueWith(r => r.Result?.Dispose(), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);

    private async Task<SnapshotReader?> OpenAsync(RunPlan plan)
    {
        try
        {
            var info = await snapshots.FindAsync(plan.Reuse.BaseSnapshot, CancellationToken.None).ConfigureAwait(false)
                ?? throw new CorruptDataException($"snapshot {plan.Reuse.BaseSnapshot}", "no such snapshot", "the base of the plan");
            return await SnapshotReader.OpenAsync(info, copies, Served is null ? SnapshotHolding.Mapped : SnapshotHolding.Copied, before: null,
                CancellationToken.None)
                .ConfigureAwait(false);
        }
        catch (BatchEngineException problem)
        {
            await decisions.AppendAsync(
                new Decision(plan.Run, clock.GetUtcNow(), DecisionSubject.Reuse, "rows are not looked up: every row that is read is scored", problem.Message),
                CancellationToken.None).ConfigureAwait(false);
            return null;
        }
    }
}
