namespace BatchEngine.Scheduler.Leasing;

/// <summary>The wait of a worker that found nothing free, or that tries again.</summary>
internal static class WorkPause
{
    /// <summary>Waits within the policy's limits, until it is asked to leave or something ends.</summary>
    /// <param name="wished">How long it would wait.</param>
    /// <param name="policy">The limits.</param>
    /// <param name="clock">Tells the time.</param>
    /// <param name="ending">Work of this process that ends. Who waits for it need not sleep on: the last one to end would else keep the night waiting for up
    /// to the longest wait.</param>
    /// <param name="drain">Ends the wait.</param>
    /// <param name="ct">Ends the wait.</param>
    public static async Task OfAsync(TimeSpan wished, LeasePolicy policy, TimeProvider clock, Task? ending, CancellationToken drain, CancellationToken ct)
    {
        var wait = wished < policy.MinWait ? policy.MinWait : wished > policy.MaxWait ? policy.MaxWait : wished;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(drain, ct);
        var delay = Task.Delay(wait, clock, either.Token);
        if (ending is not null)
        {
            await Task.WhenAny(delay, ending).ConfigureAwait(false);
            await either.CancelAsync().ConfigureAwait(false);
        }
        await delay.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
