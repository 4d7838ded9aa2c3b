using BatchEngine.Host.Composition;
using BatchEngine.Host.Health;

namespace BatchEngine.Host.Serving;

/// <summary>Books that cannot be written now are kept, so they are told and no outage. Safe for many threads.</summary>
internal sealed class BookReadiness(LookupBooks books) : IReadinessPart
{
    /// <inheritdoc/>
    public Task<PartReadiness> LookAsync(CancellationToken ct) => Task.FromResult(books.Trouble is { } trouble
        ? PartReadiness.Works($"What is looked up cannot be written down: {trouble}") : PartReadiness.Works());
}
