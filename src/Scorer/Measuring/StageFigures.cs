using System.Diagnostics;

namespace BatchEngine.Scorer.Measuring;

/// <summary>What one pass of one stage took.</summary>
/// <param name="Stage">Its name.</param>
/// <param name="Rows">Rows it went through.</param>
/// <param name="Threads">Threads that worked on it.</param>
/// <param name="Seconds">By the wall.</param>
/// <param name="CpuSeconds">Of all threads of the process.</param>
/// <param name="Notes">What else is to be known; may be empty.</param>
public sealed record StageFigures(string Stage, long Rows, int Threads, double Seconds, double CpuSeconds, string Notes)
{
    /// <summary>Rows a second.</summary>
    public double RowsPerSecond => Rows / Seconds;

    /// <summary>Processor time a row, in nanoseconds.</summary>
    public double CpuNanosecondsPerRow => CpuSeconds * 1e9 / Rows;

    /// <summary>Takes the time of some work.</summary>
    /// <param name="stage">Its name.</param>
    /// <param name="rows">Rows it goes through.</param>
    /// <param name="threads">Threads it uses.</param>
    /// <param name="work">The work; returns the notes.</param>
    public static async Task<StageFigures> OfAsync(string stage, long rows, int threads, Func<Task<string>> work)
    {
        var (cpu, started) = (Cpu(), Stopwatch.GetTimestamp());
        var notes = await work().ConfigureAwait(false);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        return new StageFigures(stage, rows, threads, seconds, (Cpu() - cpu).TotalSeconds, notes);
    }

    /// <summary>The one in the middle by rows a second; of an even number the slower of the two.</summary>
    public static StageFigures Median(IReadOnlyCollection<StageFigures> passes) => passes.OrderBy(p => p.RowsPerSecond).ElementAt((passes.Count - 1) / 2);

    private static TimeSpan Cpu()
    {
        using var own = Process.GetCurrentProcess();
        return own.TotalProcessorTime;
    }
}
