using BatchEngine.Domain;
using BatchEngine.Scheduler.Events;
using BatchEngine.Storage.Database.Leases;

namespace BatchEngine.Scheduler.Leasing;

/// <summary>The right to coordinate one run, kept in the background. Disposing gives it up.</summary>
internal sealed class RunLead : IAsyncDisposable
{
    private readonly LeadStore _store;
    private readonly Lead _lead;
    private readonly LeasePolicy _policy;
    private readonly TimeProvider _clock;
    private readonly CancellationTokenSource _lost = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _keeping;

    private RunLead(LeadStore store, Lead lead, LeasePolicy policy, TimeProvider clock)
    {
        (_store, _lead, _policy, _clock) = (store, lead, policy, clock);
        _keeping = KeepAsync();
    }

    /// <summary>Named by every write of the coordinator; its fence is part of the names of the blobs it writes.</summary>
    public Lead Lead => _lead;

    /// <summary>Called after each renewal; null means nobody.</summary>
    public Func<CancellationToken, Task>? Kept { get; set; }

    /// <summary>Cancelled when another process leads the run now.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>Takes the lead, waiting a bounded time for it; null means another process keeps it. A process that is proven to have ended is not waited
    /// for.</summary>
    /// <param name="store">The store.</param>
    /// <param name="wish">Who asks for the lead of which run, and for how long it waits.</param>
    /// <param name="log">Told once when it waits.</param>
    /// <param name="processes">Tells who has ended; null means that only time ends a lead.</param>
    /// <param name="clock">For the waits.</param>
    /// <param name="ct">Stops waiting.</param>
    public static async Task<RunLead?> TryTakeAsync(LeadStore store, LeadWish wish, IRunLog log, IProcesses? processes, TimeProvider clock,
        CancellationToken ct)
    {
        var (run, holder, policy, wait) = wish;
        var until = clock.GetUtcNow() + wait;
        var isTold = false;
        while (true)
        {
            switch (await store.TryTakeAsync(run, holder, policy.Ttl, ct).ConfigureAwait(false))
            {
                case LeadOutcome.Taken taken:
                    return new RunLead(store, taken.Lead, policy, clock);
                case LeadOutcome.Held { Process: { } process } held when processes?.HasEnded(process) == true:
                    await store.ExpireAsync(held.Lead, ct).ConfigureAwait(false);
                    continue;
                case LeadOutcome.Held held when !isTold && wait > TimeSpan.Zero:
                    isTold = true;
                    log.Write(new RunEvent(RunEventKind.WaitingForLead, run, held.Holder,
                        $"it leads the run; when it has died, this process goes on by {Figures.Instant(held.ExpiresAt)}"));
                    break;
            }
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
            await _store.GiveBackAsync(_lead, CancellationToken.None).ConfigureAwait(false);
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
                if (await _store.KeepAsync(_lead, _policy.Ttl, _stop.Token).ConfigureAwait(false))
                {
                    await (Kept?.Invoke(_stop.Token) ?? Task.CompletedTask).ConfigureAwait(false);
                    continue;
                }
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
