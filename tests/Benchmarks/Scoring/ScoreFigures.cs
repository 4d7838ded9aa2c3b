using System.Diagnostics;
using System.Globalization;

namespace BatchEngine.Benchmarks.Scoring;

/// <summary>What one run of one variant took. Immutable.</summary>
/// <param name="Variant">Its name.</param>
/// <param name="Rows">Rows it went through.</param>
/// <param name="Seconds">By the wall.</param>
/// <param name="CpuSeconds">Of all threads of the process.</param>
/// <param name="PeakBytes">The process's largest resident memory (VmHWM), warm-up included; 0 where the system does not tell.</param>
/// <param name="ManagedBytes">Allocated by the garbage collector during the run.</param>
/// <param name="Notes">What else is to be known.</param>
public sealed record ScoreFigures(string Variant, long Rows, double Seconds, double CpuSeconds, long PeakBytes, long ManagedBytes, string Notes)
{
    /// <summary>Rows a second.</summary>
    public double Rate => Rows / Seconds;

    /// <summary>Processor time a row, in nanoseconds.</summary>
    public double CpuNanoseconds => CpuSeconds * 1e9 / Rows;

    /// <summary>Runs some work and takes its figures.</summary>
    public static async Task<ScoreFigures> OfAsync(string variant, long rows, Func<Task<string>> work)
    {
        GC.Collect();
        var (cpu, managed, started) = (Cpu(), GC.GetTotalAllocatedBytes(), Stopwatch.GetTimestamp());
        var notes = await work();
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        return new ScoreFigures(variant, rows, seconds, (Cpu() - cpu).TotalSeconds, Peak(), GC.GetTotalAllocatedBytes() - managed, notes);
    }

    private static TimeSpan Cpu()
    {
        using var own = Process.GetCurrentProcess();
        return own.TotalProcessorTime;
    }

    private static long Peak()
    {
        const string status = "/proc/self/status";
        var line = File.Exists(status) ? File.ReadLines(status).FirstOrDefault(l => l.StartsWith("VmHWM:", StringComparison.Ordinal)) : null;
        return line is null ? 0 : 1024 * long.Parse(line["VmHWM:".Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture);
    }
}
