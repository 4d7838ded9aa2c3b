using System.Globalization;
using BatchEngine.Domain;

namespace BatchEngine.Scorer.Memory;

/// <summary>The ceiling of this process: told to the garbage collector, and looked at between units. Thread-safe.</summary>
/// <param name="limitBytes">The most bytes of memory of its own.</param>
public sealed class MemoryCeiling(long limitBytes)
{
    /// <summary>The smallest ceiling that makes sense: the runtime and ONNX Runtime alone take most of it.</summary>
    public const long LeastBytes = 192_000_000;

    // Of the ceiling, what managed objects may take: buffers, pages and the model's tables are native memory.
    private const int ManagedShare = 2;

    /// <summary>The most bytes of memory of its own.</summary>
    public long LimitBytes { get; } = limitBytes;

    /// <summary>Tells the garbage collector, for the rest of the process: it collects and gives memory back in time, and never takes more than half of the
    /// ceiling.</summary>
    public void TellCollector()
    {
        AppContext.SetData("GCHeapHardLimit", (ulong)(LimitBytes / ManagedShare));
        try
        {
            GC.RefreshMemoryLimit();
        }
        catch (InvalidOperationException tooMuchHeld)
        {
            throw Exceeded(HeldMemory.Bytes(), tooMuchHeld);
        }
    }

    /// <summary>Makes sure that the process is under the ceiling; what the collector can give back is given back first.</summary>
    /// <exception cref="BadInputException">It is not, against the plan: the input is of another form than its first pages say.</exception>
    public void Check()
    {
        if (HeldMemory.Bytes() <= LimitBytes)
            return;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        if (HeldMemory.Bytes() is var seen && seen > LimitBytes)
            throw Exceeded(seen, null);
    }

    /// <summary>The plan for a scoring under this ceiling.</summary>
    /// <param name="need">What is held.</param>
    /// <param name="workers">The most workers.</param>
    /// <param name="unitRows">The most rows of a unit.</param>
    /// <exception cref="BadInputException">Nothing fits; the least ceiling that would do is named.</exception>
    public MemoryAnswer.Fits Fit(MemoryNeed need, int workers, int unitRows) => MemoryAnswer.Of(need, LimitBytes, workers, unitRows) switch
    {
        MemoryAnswer.Fits fits => fits,
        MemoryAnswer.TooSmall small =>
            throw new BadInputException("memory.limit", Megabytes(LimitBytes),
            $"at least {Megabytes(small.LeastBytes)} for this model and input with one worker",
            $"Raise the limit to {Megabytes(small.LeastBytes)}, read fewer columns, or write the input with smaller pages (1 MB is usual)."),
        _ => throw new InvariantBrokenException("a memory plan fits or does not", need.ToString()),
    };

    private BadInputException Exceeded(long seen, Exception? cause) => new("memory.limit", $"{Megabytes(seen)} in use", $"at most {Megabytes(LimitBytes)}",
        "Raise the limit, or use fewer workers.", cause);

    private static string Megabytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{(bytes + 999_999) / 1_000_000} MB");
}
