using BatchEngine.Domain;
using BatchEngine.Storage.Database.Runs;

namespace BatchEngine.Scheduler.Workers;

/// <summary>A worker that goes from run to run: it works on the oldest that has a shard or a seal unit nobody holds, and looks around gently while there is
/// none. Used by one
/// worker.</summary>
/// <param name="runs">Where runs are looked for.</param>
/// <param name="visitAsync">Works on a run until it has no free shard left, or the token asks it to leave.</param>
/// <param name="note">Told in a sentence why a run is left to others, once for each run and cause.</param>
/// <param name="clock">For the waits.</param>
/// <param name="random">Spreads the looks of many workers.</param>
public sealed class RoamingWorker(RunStore runs, Func<RunId, CancellationToken, Task<WorkerOutcome>> visitAsync, Action<string> note, TimeProvider clock,
    Random random)
{
    /// <summary>The wait after the first look that found nothing; it doubles up to <see cref="MaxWait"/>.</summary>
    public static readonly TimeSpan MinWait = TimeSpan.FromMilliseconds(250);

    /// <summary>The longest wait, a quarter more or less: the shard of a worker that died is taken over this much after its lease has ended.</summary>
    public static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(3);

    /// <summary>How long a run that could not be worked on is left to others before it is looked at again.</summary>
    public static readonly TimeSpan AvoidFor = TimeSpan.FromMinutes(1);

    private readonly Dictionary<RunId, (DateTimeOffset Until, string Why)> _avoided = [];
    private TimeSpan _wait = MinWait;
    private string _trouble = "";

    /// <summary>Called while it waits for a run, before each look. Default: nothing.</summary>
    public Func<Task> WhileIdle { get; init; } = () => Task.CompletedTask;

    /// <summary>Works until it is asked to leave.</summary>
    /// <param name="drain">Asks it to leave; a run in hand is left as its visit does.</param>
    /// <returns>Receipts that were accepted.</returns>
    /// <exception cref="InvariantBrokenException">A broken assumption of ours; everything else is told and tried again.</exception>
    public async Task<int> RunAsync(CancellationToken drain)
    {
        var committed = 0;
        while (!drain.IsCancellationRequested)
        {
            if (await NextAsync(drain).ConfigureAwait(false) is not { } run)
            {
                await Task.Delay(_wait * (0.75 + random.NextDouble() / 2), clock, drain).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                _wait = _wait * 2 < MaxWait ? _wait * 2 : MaxWait;
                await WhileIdle().ConfigureAwait(false);
                continue;
            }
            _wait = MinWait;
            committed += await VisitAsync(run, drain).ConfigureAwait(false);
        }
        return committed;
    }

    private async Task<RunId?> NextAsync(CancellationToken drain)
    {
        try
        {
            var now = clock.GetUtcNow();
            var most = _avoided.Count + 1;
            var open = await runs.WithFreeWorkAsync(most, drain).ConfigureAwait(false);
            _trouble = "";
            if (open.Count < most)
            {
                // All there are: what is not among them takes no workers any more.
                foreach (var over in _avoided.Keys.Except(open).ToList())
                    _avoided.Remove(over);
            }
            return open.Where(r => !_avoided.TryGetValue(r, out var avoided) || avoided.Until <= now).Cast<RunId?>().FirstOrDefault();
        }
        catch (OperationCanceledException) when (drain.IsCancellationRequested)
        {
            return null;
        }
        catch (StorageFailedException failure) when (failure.IsTransient)
        {
            if (_trouble.Length == 0)
                note($"No run can be looked for, which is tried again: {failure.Message}");
            _trouble = failure.Message;
            return null;
        }
    }

    private async Task<int> VisitAsync(RunId run, CancellationToken drain)
    {
        try
        {
            var outcome = await visitAsync(run, drain).ConfigureAwait(false);
            if (outcome is WorkerOutcome.Unable unable)
                Avoid(run, unable.Reason);
            else
                _avoided.Remove(run);
            return outcome.ShardsCommitted;
        }
        catch (OperationCanceledException) when (drain.IsCancellationRequested)
        {
            return 0; // Asked to leave before it held anything of the run.
        }
        catch (BatchEngineException failure) when (failure is not InvariantBrokenException)
        {
            Avoid(run, failure.Message);
            return 0;
        }
    }

    private void Avoid(RunId run, string why)
    {
        if (!_avoided.TryGetValue(run, out var before) || before.Why != why)
            note($"{run} is left to others: {why}");
        _avoided[run] = (clock.GetUtcNow() + AvoidFor, why);
    }
}
