using BatchEngine.Host.Composition;
using BatchEngine.Host.Health;
using BatchEngine.Router.Lookup;

namespace BatchEngine.Host.Serving;

/// <summary>An endpoint works while any model that it should have is in memory, or it should have none. Safe for many threads.</summary>
internal sealed class EndpointReadiness(PublishedSnapshots published, RealtimeService realtime) : IReadinessPart
{
    /// <inheritdoc/>
    public Task<PartReadiness> LookAsync(CancellationToken ct)
    {
        var wanted = published.All.Where(n => n is { Contract.Realtime: true, Snapshot: not null })
            .Select(n => (n.Contract.Name, Snapshot: n.Snapshot!, IsLoaded: realtime.Models.IsLoaded(n.Snapshot!.Run))).ToList();
        var problems = wanted.Where(n => !n.IsLoaded).Select(n => $"The model of '{n.Name}' is not in memory; the engine's log says why when it cannot be.")
            .ToList();
        if (published.Trouble is not null)
            problems.Add("What is published cannot be read now; what was known before is scored.");
        return Task.FromResult(new PartReadiness(wanted.Count == 0 ? published.Trouble is null : wanted.Any(n => n.IsLoaded), problems)
        {
            Names = [.. wanted.Select(n => new { name = n.Name, snapshot = n.Snapshot.Id, model = n.Snapshot.Model.ToString(), loaded = n.IsLoaded })],
        });
    }
}
