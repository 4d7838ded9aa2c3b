using BatchEngine.Domain;
using BatchEngine.Storage.Database.Transactions;

namespace BatchEngine.Storage.Database.Runs;

/// <summary>The one statement that moves a run on, inside the transaction of whoever may do so.</summary>
internal static class RunMove
{
    /// <summary>Moves the run when it is still in <paramref name="from"/>, and records why only then. Keeps the first start; a final state sets the end,
    /// leaving it clears the end, what was counted of the attempts at shards and seal units, and what stopped them.</summary>
    /// <returns>Whether it was there and was moved.</returns>
    public static async Task<bool> ApplyAsync(StateTransaction tx, RunId run, RunState from, RunState to, string note, Decision? why)
    {
        var isFinal = to is RunState.Published or RunState.Held or RunState.Completed or RunState.Failed or RunState.Cancelled;
        var moved = await tx.ExecuteAsync("""
            UPDATE runs SET state = @to, note = @note, ended_at = @ended,
                started_at = CASE WHEN @starts = 1 AND started_at IS NULL THEN @now ELSE started_at END
            WHERE run_id = @run AND state = @from AND NOT EXISTS (SELECT 1 FROM retired_runs t WHERE t.run_id = runs.run_id)
            """, new
        {
            run = run.ToString(),
            from = from.ToString(),
            to = to.ToString(),
            note,
            ended = isFinal ? tx.NowMicroseconds : (long?)null,
            starts = to == RunState.Scoring ? 1 : 0,
            now = tx.NowMicroseconds,
        }).ConfigureAwait(false) == 1;
        if (moved && isFinal)
        {
            await RunParts.EndedAsync(tx, run).ConfigureAwait(false);
            await tx.ExecuteAsync("""
                INSERT INTO unswept_runs (run_id, ended_at) VALUES (@run, @now) ON CONFLICT (run_id) DO UPDATE SET ended_at = excluded.ended_at
                """, new { run = run.ToString(), now = tx.NowMicroseconds }).ConfigureAwait(false);
        }
        if (moved && from == RunState.Failed && to == RunState.Scoring)
        {
            await tx.ExecuteAsync("UPDATE leases SET lost = 0, failed = 0 WHERE run_id = @run", new { run = run.ToString() }).ConfigureAwait(false);
            await tx.ExecuteAsync("UPDATE seal_units SET lost = 0, failed = 0, stop_reason = NULL, stops_again = 0 WHERE run_id = @run",
                new { run = run.ToString() }).ConfigureAwait(false);
        }
        if (moved && why is not null)
            await DecisionStore.AppendAsync(tx, why).ConfigureAwait(false);
        return moved;
    }
}
