namespace BatchEngine.Host.Health;

/// <summary>A background loop of `serve` with a name. One that ends before it is stopped is logged and makes readiness fail; a broken invariant stops the
/// program.</summary>
internal abstract class ServeLoop(string name, LoopWatch watch, InvariantStop invariants) : BackgroundService
{
    /// <summary>Runs until stopped. Failures that pass are the loop's own business; whatever it throws ends it for good.</summary>
    protected abstract Task LoopAsync(CancellationToken stop);

    /// <inheritdoc/>
    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await LoopAsync(stoppingToken).ConfigureAwait(false);
            if (!stoppingToken.IsCancellationRequested)
                watch.Report(name, null);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Asked for.
        }
        catch (Exception failure)
        {
            watch.Report(name, failure);
            invariants.StopIfBroken(failure);
        }
    }
}
