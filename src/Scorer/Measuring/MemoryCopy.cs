using System.Diagnostics;
using BatchEngine.Scorer.Inputs;

namespace BatchEngine.Scorer.Measuring;

/// <summary>What a stage that only moves bytes is measured against: one thread that copies memory.</summary>
public static class MemoryCopy
{
    private const int Bytes = 64 << 20; // far more than the caches of a core
    private const int Passes = 5;

    /// <summary>Bytes copied a second, the median of several passes over 64 MiB.</summary>
    public static double BytesPerSecond()
    {
        using var from = new AlignedBuffer<byte>(Bytes);
        using var to = new AlignedBuffer<byte>(Bytes);
        from.Span.Fill(1);
        to.Span.Fill(2); // so that every page is there
        var rates = new double[Passes];
        for (var pass = 0; pass < Passes; pass++)
        {
            var started = Stopwatch.GetTimestamp();
            from.Span.CopyTo(to.Span);
            rates[pass] = Bytes / Stopwatch.GetElapsedTime(started).TotalSeconds;
        }
        Array.Sort(rates);
        return rates[Passes / 2];
    }
}
