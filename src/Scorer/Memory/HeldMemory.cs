using System.Globalization;
using BatchEngine.Storage.Snapshots.Segments;

namespace BatchEngine.Scorer.Memory;

/// <summary>The memory that this process holds for itself: anonymous pages. Pages of mapped files are not counted, the system takes them back when it needs
/// them; nor are the snapshots that are served beside a night, which have nothing to do with scoring. Thread-safe.</summary>
internal static class HeldMemory
{
    private const string Pages = "/proc/self/statm";

    /// <summary>Bytes now. Where the system does not tell pages apart, everything that is resident.</summary>
    public static long Bytes() => Math.Max(0, Anonymous() - ServedMemory.Bytes);

    private static long Anonymous()
    {
        if (!OperatingSystem.IsLinux())
            return Environment.WorkingSet;
        try
        {
            // In pages: total, resident, of these backed by a file or shared, ...
            var parts = File.ReadAllText(Pages).Split(' ');
            return (Number(parts[1]) - Number(parts[2])) * Environment.SystemPageSize;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or FormatException or IndexOutOfRangeException)
        {
            return Environment.WorkingSet;
        }
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
