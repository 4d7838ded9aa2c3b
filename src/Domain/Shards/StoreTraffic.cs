namespace BatchEngine.Domain;

/// <summary>What was read from object stores.</summary>
/// <param name="Fetched">Bytes that came.</param>
/// <param name="Needed">Of them the bytes that were needed: column chunks that are read, and footers.</param>
/// <param name="Requests">In how many requests.</param>
public readonly record struct StoreTraffic(long Fetched, long Needed, long Requests)
{
    /// <summary>The same in words: "1.2 GB in 340 requests; 1.1 GB were needed".</summary>
    public string InWords() => $"{Figures.Bytes(Fetched)} in {Figures.Count(Requests, "request", "requests")}; {Figures.Bytes(Needed)} were needed";

    /// <summary>The sum of two.</summary>
    public static StoreTraffic operator +(StoreTraffic left, StoreTraffic right) =>
        new(left.Fetched + right.Fetched, left.Needed + right.Needed, left.Requests + right.Requests);
}
