using System.Globalization;

namespace BatchEngine.Storage.Database.Engine.Sqlite;

/// <summary>Finds the processes that have a file open, for the error about a locked database. Knows only what the operating system tells this user.</summary>
internal static class LockHolders
{
    private const int MaxNamed = 5;

    /// <summary>A sentence that names the other processes with the file open, or says who it usually is.</summary>
    public static string Describe(string path)
    {
        var holders = Find(Path.GetFullPath(path));
        return holders.Count > 0
            ? $"These processes have it open and may hold the lock: {string.Join(", ", holders)}."
            : "The lock may be held by another batchengine process, a backup, or a database shell with an open transaction.";
    }

    private static List<string> Find(string path)
    {
        var holders = new List<string>();
        if (!Directory.Exists("/proc/self/fd"))
            return holders;
        foreach (var process in Directory.EnumerateDirectories("/proc"))
        {
            if (holders.Count < MaxNamed && int.TryParse(Path.GetFileName(process), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                && HasOpen(process, path))
                holders.Add($"{NameOf(process)} (process {id}{(id == Environment.ProcessId ? ", this one" : "")})");
        }
        return holders;
    }

    private static bool HasOpen(string process, string path)
    {
        try
        {
            return Directory.EnumerateFiles(Path.Combine(process, "fd")).Any(file => new FileInfo(file).LinkTarget == path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // The process ended, or belongs to another user: it cannot be told.
        }
    }

    private static string NameOf(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "comm")).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "unknown";
        }
    }
}
