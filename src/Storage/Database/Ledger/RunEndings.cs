using BatchEngine.Domain;
using BatchEngine.Storage.Database.Engine;

namespace BatchEngine.Storage.Database.Ledger;

/// <summary>How far every run came. Thread-safe; reads only.</summary>
/// <param name="database">The database.</param>
public sealed class RunEndings(StateDatabase database)
{
    /// <summary>Every run that was planned.</summary>
    public Task<IReadOnlyDictionary<RunId, RunEnding>> ListAsync(CancellationToken ct) => database.ReadAsync(async tx =>
    {
        var rows = await tx.QueryAsync<Row>("""
            SELECT r.run_id, r.state,
                CASE WHEN EXISTS (SELECT 1 FROM snapshots s JOIN publications p ON p.snapshot_id = s.id WHERE s.run_id = r.run_id)
                    THEN 1 ELSE 0 END AS published
            FROM runs r
            """).ConfigureAwait(false);
        return (IReadOnlyDictionary<RunId, RunEnding>)rows.ToDictionary(r => Domain.RunId.Parse(r.RunId),
            r => new RunEnding(Enum.Parse<RunState>(r.State), r.Published != 0));
    }, ct);

    private sealed class Row
    {
        public string RunId { get; init; } = "";
        public string State { get; init; } = "";
        public long Published { get; init; }
    }
}
