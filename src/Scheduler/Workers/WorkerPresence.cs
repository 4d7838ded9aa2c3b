using BatchEngine.Domain;
using BatchEngine.Storage.Database.Leases;

namespace BatchEngine.Scheduler.Workers;

/// <summary>Keeps up what the database says of one worker process, from its coming to its end. A write that the database refuses is left to the next: it must
/// not
/// end the work. Used by one worker.</summary>
/// <param name="store">Where it is said.</param>
/// <param name="card">What the worker says of itself.</param>
/// <param name="idleLife">How long it may be silent while it has no run; it is heard three times within.</param>
/// <param name="clock">For the beats.</param>
public sealed class WorkerPresence(WorkerStore store, WorkerCard card, TimeSpan idleLife, TimeProvider clock) : IAsyncDisposable
{
    private const int BeatsPerLife = 3;
    private DateTimeOffset _beatAt = clock.GetUtcNow();
    private RunId? _run;
    private int _isDraining;

    /// <summary>It is here and has no run yet.</summary>
    public Task ArriveAsync() => SayAsync(() => store.ArriveAsync([card], WorkerState.Idle, null, idleLife, CancellationToken.None));

    /// <summary>It works on a run whose leases live so long.</summary>
    public Task WorksOnAsync(RunId run, TimeSpan life) => TurnAsync(WorkerState.Working, run, life);

    /// <summary>It has no run any more.</summary>
    public Task RestsAsync() => TurnAsync(WorkerState.Idle, null, idleLife);

    /// <summary>A sign of life while it has no run, when one is due.</summary>
    public async Task BeatAsync()
    {
        var now = clock.GetUtcNow();
        if (now - _beatAt < idleLife / BeatsPerLife)
            return;
        _beatAt = now;
        await SayAsync(() => store.BeatAsync(card.Name, CancellationToken.None)).ConfigureAwait(false);
    }

    /// <summary>It was asked to leave.</summary>
    public async Task DrainsAsync()
    {
        if (Interlocked.Exchange(ref _isDraining, 1) == 0)
            await SayAsync(() => store.TurnAsync([card.Name], WorkerState.Draining, _run, null, CancellationToken.None)).ConfigureAwait(false);
    }

    /// <summary>It has left.</summary>
    public async ValueTask DisposeAsync() =>
        await SayAsync(() => store.TurnAsync([card.Name], WorkerState.Ended, null, null, CancellationToken.None)).ConfigureAwait(false);

    private Task TurnAsync(WorkerState state, RunId? run, TimeSpan life)
    {
        (_beatAt, _run) = (clock.GetUtcNow(), run);
        return Volatile.Read(ref _isDraining) == 1 ? Task.CompletedTask
            : SayAsync(() => store.TurnAsync([card.Name], state, run, life, CancellationToken.None));
    }

    private static async Task SayAsync(Func<Task> writeAsync)
    {
        try
        {
            await writeAsync().ConfigureAwait(false);
        }
        catch (StorageFailedException)
        {
            // Whoever does the work meets the same database and says so.
        }
    }
}
