using BatchEngine.Domain;

namespace BatchEngine.Scheduler.Leasing;

/// <summary>Renews one lease in the background and stops the work when it is lost. One per held lease; disposing stops the renewal.</summary>
internal sealed class LeaseKeeper : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _renewing;

    /// <summary>Starts renewing.</summary>
    /// <param name="renew">Makes the lease last longer; false means that it is another's or the run is closed.</param>
    /// <param name="policy">How often and for how long.</param>
    /// <param name="clock">For the waits.</param>
    /// <param name="onKept">Called after each renewal.</param>
    /// <param name="onLost">Called once when another worker owns the work or the run is closed.</param>
    public LeaseKeeper(Func<CancellationToken, Task<bool>> renew, LeasePolicy policy, TimeProvider clock, Func<CancellationToken, Task> onKept,
        Action onLost) => _renewing = RenewAsync(renew, policy, clock, onKept, onLost);

    /// <summary>Whether the lease is gone.</summary>
    public bool IsLost { get; private set; }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _renewing.ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task RenewAsync(Func<CancellationToken, Task<bool>> renew, LeasePolicy policy, TimeProvider clock, Func<CancellationToken, Task> onKept,
        Action onLost)
    {
        // Ends with the work it serves; one renewal more or less never matters, the fence decides.
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(policy.RenewEvery, clock, _stop.Token).ConfigureAwait(false);
                if (await renew(_stop.Token).ConfigureAwait(false))
                {
                    await onKept(_stop.Token).ConfigureAwait(false);
                    continue;
                }
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (StorageFailedException failure) when (failure.IsTransient)
            {
                continue; // Two renewals may fail before the lease expires, and even then only a takeover ends it.
            }
            catch (BatchEngineException)
            {
                // The database is gone for good: the work's own next write reports it with its place.
            }
            IsLost = true;
            onLost();
            return;
        }
    }
}
