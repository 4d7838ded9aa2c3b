using System.Collections.Concurrent;

namespace BatchEngine.Scorer.Sharding;

/// <summary>A thread that only decodes: what a worker starts on it, and what goes on after an await, runs there and nowhere else. Thread-safe.</summary>
/// <remarks>
/// The Parquet library keeps freed pages for the thread that allocated them. Where decoding went from one thread of the pool to another after each unit,
/// every one of them kept
/// a row group's pages of its own.
/// </remarks>
internal sealed class DecodeThread : TaskScheduler
{
    private static readonly ConcurrentBag<DecodeThread> s_idle = [];

    private readonly BlockingCollection<Task> _tasks = [];

    private DecodeThread() => new Thread(Work) { IsBackground = true, Name = "decode" }.Start();

    /// <inheritdoc/>
    public override int MaximumConcurrencyLevel => 1;

    /// <summary>A thread for one worker: one that an earlier worker gave back, with the memory it knows, or a new one.</summary>
    public static DecodeThread Take() => s_idle.TryTake(out var thread) ? thread : new DecodeThread();

    /// <summary>Gives the thread back; nothing of the worker runs on it any more.</summary>
    public static void Return(DecodeThread thread) => s_idle.Add(thread);

    /// <inheritdoc/>
    protected override void QueueTask(Task task) => _tasks.Add(task);

    /// <inheritdoc/>
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    /// <inheritdoc/>
    protected override IEnumerable<Task> GetScheduledTasks() => _tasks;

    private void Work()
    {
        foreach (var task in _tasks.GetConsumingEnumerable())
            TryExecuteTask(task);
    }
}
