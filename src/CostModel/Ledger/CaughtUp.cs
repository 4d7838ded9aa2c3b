namespace BatchEngine.CostModel.Ledger;

/// <summary>What the ledger was given that earlier processes had left.</summary>
/// <param name="Settled">Open slices of dead processes that became usage.</param>
/// <param name="Posted">Usages that were not in the ledger.</param>
/// <param name="Corrected">Usages whose missing price has come: their entries are reversed and replaced.</param>
public sealed record CaughtUp(int Settled, int Posted, int Corrected)
{
    /// <summary>Whether there was anything.</summary>
    public bool Any => Settled + Posted + Corrected > 0;
}
