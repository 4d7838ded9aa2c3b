using BatchEngine.Host.Composition;
using BatchEngine.Host.Health;

namespace BatchEngine.Host.Serving;

/// <summary>A router works while any snapshot is served, or none is published: one that cannot be opened keeps the earlier one serving, which is worth an alarm
/// and no outage. Safe for many threads.</summary>
internal sealed class RouterReadiness(LookupService lookups, TimeProvider clock) : IReadinessPart
{
    /// <inheritdoc/>
    public Task<PartReadiness> LookAsync(CancellationToken ct)
    {
        var (served, problems, now) = (lookups.Catalog.All, lookups.Catalog.Problems, clock.GetUtcNow());
        return Task.FromResult(new PartReadiness(problems.Count == 0 || served.Any(s => s.Reader is not null), [.. problems.Select(p => p.Text)])
        {
            Names = [.. served.Select(s => s.Reader?.Info is { } info
                ? new { name = s.Contract.Name, snapshot = info.Id, keys = info.Keys, ageSeconds = Math.Round((now - info.AsOf).TotalSeconds) }
                : (object)new { name = s.Contract.Name, snapshot = (long?)null, keys = (long?)null, ageSeconds = (double?)null })],
        });
    }
}
