using BatchEngine.CostModel.Ledger;
using BatchEngine.Domain;
using BatchEngine.Host.Terminal;

namespace BatchEngine.Host.Screens;

/// <summary>What the proof of the ledger found, in lines.</summary>
internal static class LedgerScreen
{
    private const int MaxShown = 100;

    /// <summary>Prints each difference and the sum.</summary>
    public static void Print(Screen screen, LedgerVerdict verdict)
    {
        if (verdict.Usages == 0)
            screen.Line("No usage is recorded, so there is nothing to prove.");
        foreach (var difference in verdict.Differences.Take(MaxShown))
            screen.Line($"{(difference.IsMissingPrice ? "no price" : "wrong")}  {difference.Usage}: {difference.What}");
        if (verdict.Differences.Count > MaxShown)
            screen.Line($"and {Figures.Count(verdict.Differences.Count - MaxShown)} more; --json has them all");
        if (verdict.Usages > 0)
            screen.Line($"{Figures.Count(verdict.Proved)} of {Figures.Count(verdict.Usages, "usage", "usages")} proved: posted once, "
                + $"for its time, at its price. The ledger holds {Figures.Price(verdict.Ledger.Total)}.");
        if (verdict.Former > 0)
            screen.Line($"{Figures.Count(verdict.Former)} of earlier versions: posted once and for their time; their price cannot be proved.");
        if (verdict.Open > 0)
            screen.Line($"{Figures.Count(verdict.Open, "process lives", "processes live")}: what they do now is not booked yet.");
    }
}
