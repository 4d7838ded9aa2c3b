using BatchEngine.Domain;
using BatchEngine.Storage.Database.Engine;

namespace BatchEngine.Storage.Database.Ledger;

/// <summary>How far runs came. Thread-safe; reads only.</summary>
/// <param name="database">The database.</param>
public sealed class RunEndings(StateDatabase database)
{
    /// <summary>Those of some runs that were planned.</summary>
    public Task<IReadOnlyDictionary<RunId, RunEnding>> OfAsync(IEnumerable<RunId> runs, CancellationToken ct) => database.ReadAsync(async tx =>
    {
        var endings = new Dictionary<RunId, RunEnding>();
        foreach (var row in await tx.QueryAsync<Row>("""
            SELECT r.run_id, r.state,
                CASE WHEN EXISTS (SELECT 1 FROM snapshots s JOIN publications p ON p.snapshot_id = s.id WHERE s.run_id = r.run_id)
                    THEN 1 ELSE 0 END AS published
            FROM runs r WHERE r.run_id IN (@listed)
            """, runs.Distinct().Select(r => r.ToString())).ConfigureAwait(false))
            endings[RunId.Parse(row.RunId)] = new RunEnding(Enum.Parse<RunState>(row.State), row.Published != 0);
        return (IReadOnlyDictionary<RunId, RunEnding>)endings;
    }, ct);

    private sealed class Row
    {
        public string RunId { get; init; } = "";
        public string State { get; init; } = "";
        public long Published { get; init; }
    }
}
