using System.Collections.Concurrent;
using BatchEngine.Domain;

namespace BatchEngine.Scheduler.Leasing;

/// <summary>Rows reported by workers of this process, finer than their checkpoints; and when each worker was last seen to get on. Thread-safe.</summary>
public sealed class ProgressBoard
{
    private readonly ConcurrentDictionary<int, long> _rows = new();
    private TaskCompletionSource _ending = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentDictionary<string, (long Rows, DateTimeOffset At)> _advances = new(StringComparer.Ordinal);

    /// <summary>Says how many rows of a shard are done.</summary>
    public void Report(int shardIndex, RowCounts total) => _rows[shardIndex] = total.Read;

    /// <summary>Forgets a shard that was given back or finished: the database knows it now. Wakes the workers that wait for one.</summary>
    public void Forget(int shardIndex)
    {
        _rows.TryRemove(shardIndex, out _);
        Interlocked.Exchange(ref _ending, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
    }

    /// <summary>Ends when a shard of this process is next given back or finished. Taken before looking for a free shard, it cannot be missed.</summary>
    public Task NextEnding => Volatile.Read(ref _ending).Task;

    /// <summary>Whether a worker of this process has reported the shard.</summary>
    public bool Knows(int shardIndex) => _rows.ContainsKey(shardIndex);

    /// <summary>The larger of what is stored and what was reported.</summary>
    public long RowsOf(int shardIndex, long stored) => Math.Max(stored, _rows.GetValueOrDefault(shardIndex));

    /// <summary>Notes what is durable of a worker's shard, as seen from outside.</summary>
    public void Observe(string worker, long durableRows, DateTimeOffset at) =>
        _advances.AddOrUpdate(worker, (durableRows, at), (_, was) => was.Rows == durableRows ? was : (durableRows, at));

    /// <summary>When the worker's durable rows last changed; null means it was never seen.</summary>
    public DateTimeOffset? LastAdvance(string worker) => _advances.TryGetValue(worker, out var seen) ? seen.At : null;
}
