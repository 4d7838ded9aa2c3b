using BatchEngine.Host.Composition;
using BatchEngine.Host.Health;

namespace BatchEngine.Host.Serving;

/// <summary>Writes down what was answered and what it cost, and once more when it is stopped.</summary>
internal sealed class BookLoop(LookupBooks books, LoopWatch watch, InvariantStop invariants) : ServeLoop("books", watch, invariants)
{
    /// <inheritdoc/>
    protected override Task LoopAsync(CancellationToken stop) => books.KeepAsync(stop);
}
