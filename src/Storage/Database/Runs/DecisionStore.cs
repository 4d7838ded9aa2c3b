using BatchEngine.Domain;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Transactions;
using BatchEngine.Storage.Database.Values;

namespace BatchEngine.Storage.Database.Runs;

/// <summary>What the engine decided and why. Appended, never changed. Thread-safe.</summary>
/// <remarks>Isolation: row locks; the counter's row puts writers in order. A decision of the same run, instant and words is the same decision, so that one
/// whose
/// answer was lost can be appended again.</remarks>
/// <param name="database">The database.</param>
public sealed class DecisionStore(StateDatabase database)
{
    /// <summary>How many decisions are listed at most where no run is named.</summary>
    public const int MaxListed = 1_000;

    /// <summary>Appends a decision.</summary>
    public Task AppendAsync(Decision decision, CancellationToken ct) => database.WriteAsync(tx => AppendOnceAsync(tx, decision), Isolation.RowLocks, ct);

    /// <summary>Appends a decision of a run's coordinator.</summary>
    /// <exception cref="LeadLostException">Another process leads the run.</exception>
    public Task AppendAsync(Lead lead, Decision decision, CancellationToken ct) => database.WriteAsync(async tx =>
    {
        await LeadFence.RequireAsync(tx, lead).ConfigureAwait(false);
        return await AppendOnceAsync(tx, decision).ConfigureAwait(false);
    }, Isolation.RowLocks, ct);

    /// <summary>Decisions in the order they were taken.</summary>
    /// <param name="run">All of this run; null means the newest of all runs and of none, <see cref="MaxListed"/> at most.</param>
    /// <param name="ct">Stops waiting.</param>
    public Task<IReadOnlyList<Decision>> ListAsync(RunId? run, CancellationToken ct) => database.ReadAsync(async tx =>
    {
        const string Columns = "run_id, decided_at, subject, choice, reason, decision_number";
        var rows = await tx.QueryAsync<Row>(run is null
            ? $"SELECT {Columns} FROM (SELECT {Columns} FROM decisions ORDER BY decision_number DESC LIMIT @MaxListed) newest ORDER BY decision_number"
            : $"SELECT {Columns} FROM decisions WHERE run_id = @run ORDER BY decision_number", new { run = run?.ToString(), MaxListed }).ConfigureAwait(false);
        return (IReadOnlyList<Decision>)[.. rows.Select(r => r.ToDecision())];
    }, ct);

    /// <summary>Appends a decision in the transaction of what it explains, which happens once.</summary>
    internal static Task<int> AppendAsync(StateTransaction tx, Decision decision) => InsertAsync(tx, decision, null);

    private static async Task<int> AppendOnceAsync(StateTransaction tx, Decision decision)
    {
        var id = Digest.Of(StoredJson.Write(decision)).Hex;
        await tx.LockNameAsync($"decision {id}").ConfigureAwait(false);
        return await tx.NumberAsync("SELECT COUNT(*) FROM decisions WHERE id = @id", new { id }).ConfigureAwait(false) > 0
            ? 0 : await InsertAsync(tx, decision, id).ConfigureAwait(false);
    }

    private static async Task<int> InsertAsync(StateTransaction tx, Decision decision, string? id)
    {
        var number = await tx.NextAsync("decision").ConfigureAwait(false);
        return await tx.ExecuteAsync(
            """
            INSERT INTO decisions (decision_number, id, run_id, decided_at, subject, choice, reason)
            VALUES (@number, @id, @run, @at, @subject, @Choice, @Reason)
            """,
            new
            {
                id,
                number,
                run = decision.Run?.ToString(),
                at = EpochMicroseconds.Of(decision.At),
                subject = decision.Subject.Text(),
                decision.Choice,
                decision.Reason,
            }).ConfigureAwait(false);
    }

    private sealed class Row
    {
        public string? RunId { get; init; }
        public long DecidedAt { get; init; }
        public string Subject { get; init; } = "";
        public string Choice { get; init; } = "";
        public string Reason { get; init; } = "";

        public Decision ToDecision() =>
            new(RunId is null ? null : Domain.RunId.Parse(RunId), EpochMicroseconds.ToInstant(DecidedAt), DecisionSubjectText.Parse(Subject), Choice, Reason);
    }
}
