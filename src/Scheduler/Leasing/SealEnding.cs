namespace BatchEngine.Scheduler.Leasing;

/// <summary>How the work on a seal unit ended without a failure.</summary>
internal enum SealEnding
{
    /// <summary>Each of its partitions has a segment.</summary>
    Finished,

    /// <summary>It was given back, because the worker was asked to leave.</summary>
    HandedBack,

    /// <summary>Another worker owns it now, or the run is closed.</summary>
    Lost,

    /// <summary>Something was found that stops the run, and written down.</summary>
    Stopped,
}
