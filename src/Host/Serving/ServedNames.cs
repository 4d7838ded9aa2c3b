using BatchEngine.Domain;
using BatchEngine.Router.Lookup;

namespace BatchEngine.Host.Serving;

/// <summary>The serving names of this process: those of the snapshots in its memory, or, where it has no router, those that are published.
/// Thread-safe.</summary>
internal sealed class ServedNames(SnapshotCatalog? catalog, PublishedSnapshots? published)
{
    /// <summary>The names now.</summary>
    public IReadOnlyList<string> Now() =>
        catalog is not null ? [.. catalog.All.Select(s => s.Contract.Name)] : [.. published!.All.Select(n => n.Contract.Name)];

    /// <summary>The runs whose models real-time scoring may need now.</summary>
    public IEnumerable<RunId> RealtimeRuns() => catalog?.RealtimeRuns ?? published!.RealtimeRuns;

    /// <summary>What applications may expect of a name; null means that no job serves under it.</summary>
    public ServingContract? ContractOf(string name) => catalog is not null ? catalog.Find(name)?.Contract : published!.Find(name)?.Contract;
}
