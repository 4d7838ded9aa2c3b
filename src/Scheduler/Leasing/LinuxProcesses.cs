using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace BatchEngine.Scheduler.Leasing;

/// <summary>
/// Processes of one boot of one Linux kernel in one namespace of process ids: only there does a number mean one process, and only with its start time for
/// ever. Whoever has another boot or namespace is never judged. On other systems nothing is told. Safe for several threads.
/// </summary>
public sealed class LinuxProcesses : IProcesses
{
    private const int StateField = 0;
    private const int StartField = 19;
    private readonly string? _here;

    /// <summary>Looks at this process once.</summary>
    public LinuxProcesses()
    {
        try
        {
            if (!OperatingSystem.IsLinux() || new FileInfo("/proc/self/ns/pid").LinkTarget is not { } space || StatOf(Environment.ProcessId) is not { } stat)
                return;
            _here = $"{File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim()} {space}";
            Own = string.Create(CultureInfo.InvariantCulture, $"{_here} {Environment.ProcessId} {stat[StartField]}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Without /proc nothing is told, and leases end by time alone.
        }
    }

    /// <inheritdoc/>
    public string? Own { get; }

    /// <inheritdoc/>
    public bool HasEnded(string process)
    {
        if (_here is null || process.Split(' ') is not [var boot, var space, var id, var start] || $"{boot} {space}" != _here
            || !int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return false;
        if (!Exists(number))
            return true;
        // The number may have been given to another process since; a file that may not be read tells nothing.
        return StatOf(number) is { } stat && (stat[StartField] != start || stat[StateField] is "Z" or "X");
    }

    // Asked of the kernel and not of /proc, where a process of another user may be hidden.
    private static bool Exists(int id)
    {
        try
        {
            using var found = Process.GetProcessById(id);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    // The fields behind the name in brackets, which may hold anything.
    private static string[]? StatOf(int id)
    {
        try
        {
            var text = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/stat"), Encoding.Latin1);
            var fields = text[(text.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return fields.Length > StartField ? fields : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
