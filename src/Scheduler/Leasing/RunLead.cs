using BatchEngine.Domain;
using BatchEngine.Storage.Database.Leases;

namespace BatchEngine.Scheduler.Leasing;

/// <summary>The right to coordinate one run, kept in the background. Disposing gives it up.</summary>
internal sealed class RunLead : IAsyncDisposable
{
    private readonly LeadStore _store;
    private readonly RunId _run;
    private readonly LeasePolicy _policy;
    private readonly TimeProvider _clock;
    private readonly CancellationTokenSource _lost = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _keeping;

    private RunLead(LeadStore store, RunId run, FenceToken fence, LeasePolicy policy, TimeProvider clock)
    {
        (_store, _run, Fence, _policy, _clock) = (store, run, fence, policy, clock);
        _keeping = KeepAsync();
    }

    /// <summary>Grows with every coordinator of the run; part of the names of the blobs it writes.</summary>
    public FenceToken Fence { get; }

    /// <summary>Cancelled when another process leads the run now.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>Takes the lead, waiting a bounded time for it; null means another process keeps it.</summary>
    /// <param name="store">The store.</param>
    /// <param name="run">The run.</param>
    /// <param name="holder">The process that asks.</param>
    /// <param name="policy">How the lead is held.</param>
    /// <param name="wait">How long to wait for it; zero asks once.</param>
    /// <param name="clock">For the waits.</param>
    /// <param name="ct">Stops waiting.</param>
    public static async Task<RunLead?> TryTakeAsync(LeadStore store, RunId run, string holder, LeasePolicy policy, TimeSpan wait, TimeProvider clock,
        CancellationToken ct)
    {
        var until = clock.GetUtcNow() + wait;
        while (true)
        {
            if (await store.TryTakeAsync(run, holder, policy.Ttl, ct).ConfigureAwait(false) is { } fence)
                return new RunLead(store, run, fence, policy, clock);
            if (clock.GetUtcNow() >= until)
                return null;
            await Task.Delay(policy.MaxWait, clock, ct).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _keeping.ConfigureAwait(false);
        try
        {
            await _store.GiveBackAsync(_run, Fence, CancellationToken.None).ConfigureAwait(false);
        }
        catch (StorageFailedException)
        {
            // The lead expires by itself; the run's own outcome must not be hidden by this.
        }
        _stop.Dispose();
        _lost.Dispose();
    }

    private async Task KeepAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(_policy.RenewEvery, _clock, _stop.Token).ConfigureAwait(false);
                if (await _store.KeepAsync(_run, Fence, _policy.Ttl, _stop.Token).ConfigureAwait(false))
                    continue;
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (StorageFailedException failure) when (failure.IsTransient)
            {
                continue;
            }
            catch (BatchEngineException)
            {
                // The database is gone: without the lead nothing may be written, so the run stops here.
            }
            await _lost.CancelAsync().ConfigureAwait(false);
            return;
        }
    }
}
