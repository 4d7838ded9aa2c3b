using BatchEngine.Domain;
using BatchEngine.Storage.Database.Transactions;

namespace BatchEngine.Storage.Database.Runs;

/// <summary>What a coordinator's write asks first, in its own transaction. The lead is held meanwhile: who takes it over waits for the write.</summary>
internal static class LeadFence
{
    /// <summary>Goes on when nobody took the lead over; a lead that ran out counts until then.</summary>
    /// <exception cref="LeadLostException">Another process leads the run, or the lead was given back.</exception>
    public static async Task RequireAsync(StateTransaction tx, Lead lead)
    {
        if (await tx.NumberAsync($"SELECT fence FROM leaders WHERE run_id = @run AND holder IS NOT NULL {tx.Locking(RowLock.Shared)}",
            new { run = lead.Run.ToString() })
            .ConfigureAwait(false) != lead.Fence.Value)
            throw new LeadLostException(lead);
    }
}
