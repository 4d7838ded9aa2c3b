using BatchEngine.Domain;
using BatchEngine.Host.Terminal;
using BatchEngine.Scheduler.Runs;

namespace BatchEngine.Host.Screens;

/// <summary>Turns a run's progress into what the bar shows.</summary>
internal sealed class RunProgressToScreen(IProgress<ProgressSample> screen) : IProgress<RunProgress>
{
    /// <inheritdoc/>
    public void Report(RunProgress value)
    {
        var phase = value.State == RunState.Sealing && value.SegmentsTotal > 0
            ? $"sealing {value.SegmentsDone}/{value.SegmentsTotal} segments,"
            : value.State.ToString().ToLowerInvariant();
        if (value.NobodySince is { } since)
            phase += $", nobody works on it since {Figures.Instant(since)},";
        if (value.LateEnd is { } end)
            phase += $", late ({Figures.Instant(end)}),";
        screen.Report(new ProgressSample(phase, value.RowsDone, value.RowsTotal, Measured<Money>.NotMeasured("priced when the run ends"))
        {
            Rate = value.State == RunState.Scoring ? value.RowsPerSecond : null,
        });
    }
}
