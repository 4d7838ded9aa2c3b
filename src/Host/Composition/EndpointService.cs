using System.Collections.Concurrent;
using BatchEngine.Domain;
using BatchEngine.Router.Realtime;
using BatchEngine.Storage.Database.Snapshots;

namespace BatchEngine.Host.Composition;

/// <summary>Scores in real time for the routers of other processes, with the model of the snapshot that they answer from. Thread-safe.</summary>
/// <param name="realtime">The models.</param>
/// <param name="contractOf">What applications may expect of a name; null means that no job serves under it.</param>
/// <param name="snapshots">The stored snapshots.</param>
internal sealed class EndpointService(RealtimeService realtime, Func<string, ServingContract?> contractOf, SnapshotStore snapshots)
{
    // Routers answer from what is served, or from one of the few that served before: more are read again.
    private const int MaxKnown = 256;

    private readonly ConcurrentDictionary<long, SnapshotInfo> _known = new();

    /// <summary>Scores one row.</summary>
    /// <param name="servingName">The name that was looked up.</param>
    /// <param name="snapshot">The snapshot that the router answers from.</param>
    /// <param name="features">By source column.</param>
    /// <param name="ct">The router leaves.</param>
    /// <returns>The score, or why there is none with a sentence; null means that the name has no such snapshot.</returns>
    /// <exception cref="BadInputException">The features cannot be used.</exception>
    /// <exception cref="StorageFailedException">The database cannot be read.</exception>
    public async Task<(RealtimeOutcome.Scored? Scored, RouteReason WhyNot, string Detail)?> ScoreAsync(string servingName, long snapshot,
        IReadOnlyDictionary<string, object?> features, CancellationToken ct)
    {
        if (contractOf(servingName) is not { } contract || await FindAsync(snapshot, ct).ConfigureAwait(false) is not { } info
            || info.ServingName != servingName)
            return null;
        return await realtime.Door.TryScoreAsync(contract, info, features, ct).ConfigureAwait(false);
    }

    private async Task<SnapshotInfo?> FindAsync(long id, CancellationToken ct)
    {
        if (_known.TryGetValue(id, out var known))
            return known;
        if (await snapshots.FindAsync(id, ct).ConfigureAwait(false) is not { } found)
            return null;
        if (_known.Count >= MaxKnown)
            _known.Clear();
        return _known[id] = found with { Segments = [] };
    }
}
