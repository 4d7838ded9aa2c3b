using BatchEngine.Host.Health;

namespace BatchEngine.Host.Tests.Serving;

/// <summary>A loop that throws as soon as it runs, or just returns.</summary>
internal sealed class FailingLoop(Exception? failure, LoopWatch watch, InvariantStop invariants) : ServeLoop("planted", watch, invariants)
{
    /// <inheritdoc/>
    protected override Task LoopAsync(CancellationToken stop) => failure is null ? Task.CompletedTask : Task.FromException(failure);
}
