using System.Globalization;

namespace BatchEngine.Storage.Snapshots.Readers;

/// <summary>How much memory this process may still take, of the machine and of its container (control groups, version 2). Safe for many threads.</summary>
internal static class FreeMemory
{
    private const string Group = "/sys/fs/cgroup";

    /// <summary>Bytes; null where the system does not say.</summary>
    public static long? Bytes()
    {
        if (!OperatingSystem.IsLinux())
            return null;
        try
        {
            return OfGroup() is { } group ? Math.Min(group, OfMachine() ?? group) : OfMachine();
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static long? OfMachine() => Number("/proc/meminfo", "MemAvailable:") * 1024;

    // What the group holds of files can be given back at once.
    private static long? OfGroup() =>
        File.Exists($"{Group}/memory.max") && long.TryParse(File.ReadAllText($"{Group}/memory.max").Trim(), CultureInfo.InvariantCulture, out var most)
        && long.TryParse(File.ReadAllText($"{Group}/memory.current").Trim(), CultureInfo.InvariantCulture, out var used)
            ? most - used + (Number($"{Group}/memory.stat", "inactive_file ") ?? 0) + (Number($"{Group}/memory.stat", "active_file ") ?? 0)
            : null;

    private static long? Number(string file, string name)
    {
        foreach (var line in File.ReadLines(file))
        {
            if (line.StartsWith(name, StringComparison.Ordinal)
                && long.TryParse(line[name.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture, out var number))
                return number;
        }
        return null;
    }
}
