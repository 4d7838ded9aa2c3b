using BatchEngine.Domain;
using BatchEngine.Scheduler.Events;

namespace BatchEngine.Host.Health;

/// <summary>Every log event of a serving process, with its number: 1001 to 1019 the program, 1020 to 1029 its loops, 1030 to 1039 requests, 1100 runs, 1110 to
/// 1119 nights.</summary>
internal static partial class ServeEvents
{
    /// <summary>The server listens.</summary>
    [LoggerMessage(EventId = 1001, EventName = nameof(Listening), Level = LogLevel.Information,
        Message = "{What}; stop with Ctrl-C.")]
    public static partial void Listening(ILogger log, string what);

    /// <summary>A second listener, for HTTP/2 alone.</summary>
    [LoggerMessage(EventId = 1002, EventName = nameof(AlsoListening), Level = LogLevel.Information, Message = "The same over HTTP/2 at {Address}.")]
    public static partial void AlsoListening(ILogger log, string address);

    /// <summary>The program was asked to end.</summary>
    [LoggerMessage(EventId = 1003, EventName = nameof(Stopping), Level = LogLevel.Information,
        Message = "Stopping: {What}.")]
    public static partial void Stopping(ILogger log, string what);

    /// <summary>A job is scheduled.</summary>
    [LoggerMessage(EventId = 1004, EventName = nameof(Scheduled), Level = LogLevel.Information, Message = "{Job}: {Cron} {TimeZone}, next {Next}")]
    public static partial void Scheduled(ILogger log, string job, string cron, string timeZone, string next);

    /// <summary>A sentence about models, deadlines or the books.</summary>
    [LoggerMessage(EventId = 1005, EventName = nameof(Noted), Level = LogLevel.Information, Message = "{Text}")]
    public static partial void Noted(ILogger log, string text);

    /// <summary>A job is scheduled no more.</summary>
    [LoggerMessage(EventId = 1006, EventName = nameof(Unscheduled), Level = LogLevel.Information,
        Message = "{Job}: no longer scheduled here, its file is gone.")]
    public static partial void Unscheduled(ILogger log, string job);

    /// <summary>A job file has a problem: the other jobs go on, and so does what the file said before.</summary>
    [LoggerMessage(EventId = 1007, EventName = nameof(JobRefused), Level = LogLevel.Error,
        Message = "A job file is not used as it is now: {Problem}")]
    public static partial void JobRefused(ILogger log, string problem);

    /// <summary>Changed job files could not be put into force.</summary>
    [LoggerMessage(EventId = 1008, EventName = nameof(JobsNotRead), Level = LogLevel.Warning,
        Message = "Changed job files are not in force yet, and are tried again: {Problem}")]
    public static partial void JobsNotRead(ILogger log, string problem);

    /// <summary>The data folder holds no run.</summary>
    [LoggerMessage(EventId = 1009, EventName = nameof(FolderIsNew), Level = LogLevel.Warning, Message = "{Folder}: {Problem}")]
    public static partial void FolderIsNew(ILogger log, string folder, string problem);

    /// <summary>A snapshot that is published cannot be served.</summary>
    [LoggerMessage(EventId = 1022, EventName = nameof(NotServed), Level = LogLevel.Error, Message = "{Problem}")]
    public static partial void NotServed(ILogger log, string problem);

    /// <summary>A file behind what is served is damaged.</summary>
    [LoggerMessage(EventId = 1023, EventName = nameof(FileDamaged), Level = LogLevel.Error, Message = "{Problem}")]
    public static partial void FileDamaged(ILogger log, string problem);

    /// <summary>A background loop ended though nobody stopped it.</summary>
    [LoggerMessage(EventId = 1020, EventName = nameof(LoopEnded), Level = LogLevel.Error,
        Message = "The loop '{Loop}' ended unexpectedly; /readyz fails until the program is started again.")]
    public static partial void LoopEnded(ILogger log, string loop, Exception? failure);

    /// <summary>An assumption of ours is broken: the program ends.</summary>
    [LoggerMessage(EventId = 1021, EventName = nameof(InvariantBroken), Level = LogLevel.Critical, Message = "{Invariant} The program stops.")]
    public static partial void InvariantBroken(ILogger log, string invariant);

    /// <summary>A request could not be answered, and not by the caller's fault.</summary>
    [LoggerMessage(EventId = 1030, EventName = nameof(RequestFailed), Level = LogLevel.Error,
        Message = "{Method} {Path} was answered with {Status}; request {Request}.")]
    public static partial void RequestFailed(ILogger log, string method, string path, int status, string request, Exception failure);

    /// <summary>Real-time scorings fail: once a cause, and again at each power of ten.</summary>
    [LoggerMessage(EventId = 1031, EventName = nameof(RealtimeFailing), Level = LogLevel.Warning,
        Message = "Real-time scoring of '{Name}' failed {Count} times by one cause: {Cause}")]
    public static partial void RealtimeFailing(ILogger log, string name, long count, string cause, Exception? failure);

    /// <summary>A night was published or completed.</summary>
    [LoggerMessage(EventId = 1110, EventName = nameof(NightEnded), Level = LogLevel.Information, Message = "{Text}")]
    public static partial void NightEnded(ILogger log, string text);

    /// <summary>A night was held back.</summary>
    [LoggerMessage(EventId = 1111, EventName = nameof(NightHeld), Level = LogLevel.Warning, Message = "{Text}")]
    public static partial void NightHeld(ILogger log, string text);

    /// <summary>A night failed.</summary>
    [LoggerMessage(EventId = 1112, EventName = nameof(NightFailed), Level = LogLevel.Error, Message = "{Text}")]
    public static partial void NightFailed(ILogger log, string text);

    /// <summary>A night could not start.</summary>
    [LoggerMessage(EventId = 1113, EventName = nameof(NightNotStarted), Level = LogLevel.Error, Message = "{Text}")]
    public static partial void NightNotStarted(ILogger log, string text);

    /// <summary>A job's schedule cannot go on for now.</summary>
    [LoggerMessage(EventId = 1114, EventName = nameof(LaneTroubled), Level = LogLevel.Warning,
        Message = "The schedule of {Job} cannot go on for now and is tried again: {What}")]
    public static partial void LaneTroubled(ILogger log, string job, string what);

    /// <summary>The command for alerts was not called, or failed.</summary>
    [LoggerMessage(EventId = 1115, EventName = nameof(AlertFailed), Level = LogLevel.Warning, Message = "Nobody was told of {Run}: {Problem}")]
    public static partial void AlertFailed(ILogger log, RunId run, string problem);

    /// <summary>What had outlived its use went.</summary>
    [LoggerMessage(EventId = 1120, EventName = nameof(Retired), Level = LogLevel.Information,
        Message = "Retention: {Count} parts of runs and rows went, {Blobs} files with {Bytes} bytes")]
    public static partial void Retired(ILogger log, long count, long blobs, long bytes);

    /// <summary>What has outlived its use could not go, or not all of it.</summary>
    [LoggerMessage(EventId = 1121, EventName = nameof(NotRetired), Level = LogLevel.Warning,
        Message = "Retention did not come to its end and goes on tomorrow: {Problem}")]
    public static partial void NotRetired(ILogger log, string problem);

    /// <summary>What a run says of itself; <see cref="RunEventKind"/> lists what there is.</summary>
    [LoggerMessage(EventId = 1100, EventName = nameof(RunHappened), Message = "{Run} {Kind}: {Subject} {Detail}")]
    public static partial void RunHappened(ILogger log, LogLevel level, RunId run, RunEventKind kind, string subject, string detail);
}
