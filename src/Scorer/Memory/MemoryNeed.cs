namespace BatchEngine.Scorer.Memory;

/// <summary>What a scoring holds in memory, in bytes. Immutable.</summary>
/// <param name="ProcessBytes">Runtime, code and model, whatever the number of workers.</param>
/// <param name="WorkerBytes">Of one worker, whatever its units: open columns with their pages, run file buffers, the writer's pages.</param>
/// <param name="RowBytes">Of one row of a unit in one worker: decode buffers, features, outputs, staging.</param>
public sealed record MemoryNeed(long ProcessBytes, long WorkerBytes, long RowBytes)
{
    /// <summary>The bytes that a number of workers need with units of a number of rows.</summary>
    public long Of(int workers, int unitRows) => ProcessBytes + (workers * (WorkerBytes + (unitRows * RowBytes)));
}
