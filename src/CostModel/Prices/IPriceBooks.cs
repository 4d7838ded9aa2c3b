namespace BatchEngine.CostModel.Prices;

/// <summary>Gives the book that usage is priced with. Thread-safe.</summary>
public interface IPriceBooks
{
    /// <summary>Whose prices they are, as usage names it: usage of others is not priced with them.</summary>
    string Folder { get; }

    /// <summary>Records what counts now, so that it can be proved later, and gives it.</summary>
    /// <param name="since">What is priced with the book: usage from this instant on. Before it the book may know less.</param>
    /// <param name="ct">Stops waiting.</param>
    Task<PriceBook> PinAsync(DateTimeOffset since, CancellationToken ct);
}
