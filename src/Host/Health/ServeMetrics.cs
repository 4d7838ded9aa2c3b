using System.Diagnostics.Metrics;
using BatchEngine.Scheduler.Events;

namespace BatchEngine.Host.Health;

/// <summary>The counters of one `serve`, under the meter <see cref="MeterName"/>. Safe for many threads.</summary>
internal sealed class ServeMetrics
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "BatchEngine";

    private readonly Counter<long> _endedLoops;
    private readonly Counter<long> _failedRequests;
    private readonly Counter<long> _unreadAnswers;
    private readonly Counter<long> _runEvents;
    private readonly Counter<long> _nights;

    /// <summary>Creates the instruments.</summary>
    public ServeMetrics(IMeterFactory meters)
    {
        Meter = meters.Create(MeterName);
        _endedLoops = Meter.CreateCounter<long>("batchengine.loops.ended", "{loop}", "Background loops that ended though nobody stopped them.");
        _failedRequests = Meter.CreateCounter<long>("batchengine.requests.failed", "{request}", "Requests that failed, and not by the caller's fault.");
        _unreadAnswers = Meter.CreateCounter<long>("batchengine.answers.unread", "{answer}", "Batch answers that were cut off because nobody read them.");
        _runEvents = Meter.CreateCounter<long>("batchengine.run.events", "{event}", "Events of the runs of this process.");
        _nights = Meter.CreateCounter<long>("batchengine.nights", "{night}", "Scheduled runs that ended, or could not start.");
    }

    /// <summary>Where other parts add what they can observe.</summary>
    public Meter Meter { get; }

    /// <summary>Counts a loop that ended.</summary>
    public void LoopEnded(string loop) => _endedLoops.Add(1, KeyValuePair.Create<string, object?>("loop", loop));

    /// <summary>Counts a request that failed.</summary>
    public void RequestFailed(int status) => _failedRequests.Add(1, KeyValuePair.Create<string, object?>("status", status));

    /// <summary>Counts an answer that nobody read.</summary>
    public void AnswerUnread() => _unreadAnswers.Add(1);

    /// <summary>Counts a night by what became of it: Published, Held, Failed, NotStarted, ...</summary>
    public void NightEnded(string job, string outcome) =>
        _nights.Add(1, KeyValuePair.Create<string, object?>("job", job), KeyValuePair.Create<string, object?>("outcome", outcome));

    /// <summary>Counts an event of a run.</summary>
    public void RunHappened(RunEventKind kind) => _runEvents.Add(1, KeyValuePair.Create<string, object?>("kind", kind.ToString()));
}
