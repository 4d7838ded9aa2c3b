using System.Collections.Concurrent;
using BatchEngine.Scheduler.Events;

namespace BatchEngine.Scheduler.Tests;

/// <summary>Keeps every event, and dies at one of them: every later event dies too, as nothing happens after a crash.</summary>
internal sealed class CrashingLog(int crashAt = int.MaxValue) : IRunLog
{
    private readonly TaskCompletionSource _fenceLost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _count;

    public ConcurrentQueue<RunEvent> Events { get; } = new();

    public int Count => Volatile.Read(ref _count);

    public string? CrashedAt { get; private set; }

    /// <summary>Ends when a worker has lost its shard to another.</summary>
    public Task FenceLost => _fenceLost.Task;

    public void Write(RunEvent happened)
    {
        Events.Enqueue(happened);
        if (happened.Kind == RunEventKind.FenceLost)
            _fenceLost.TrySetResult();
        Pass(happened.ToString());
    }

    public void Pass(string boundary)
    {
        if (Interlocked.Increment(ref _count) <= crashAt)
            return;
        CrashedAt ??= boundary;
        throw new SimulatedCrash(boundary);
    }
}
