using BatchEngine.Domain;

namespace BatchEngine.Scorer.Inputs.Files;

/// <summary>Counts what is read from object stores. Thread-safe.</summary>
public sealed class TrafficTally
{
    private long _fetched;
    private long _needed;
    private long _requests;

    /// <summary>The counts up to now.</summary>
    public StoreTraffic Total => new(Interlocked.Read(ref _fetched), Interlocked.Read(ref _needed), Interlocked.Read(ref _requests));

    /// <summary>Counts a request that brought bytes.</summary>
    internal void Fetched(long bytes)
    {
        Interlocked.Add(ref _fetched, bytes);
        Interlocked.Increment(ref _requests);
    }

    /// <summary>Counts bytes that are needed, however they come.</summary>
    internal void Needed(long bytes) => Interlocked.Add(ref _needed, bytes);
}
