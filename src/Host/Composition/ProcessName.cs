using System.Globalization;

namespace BatchEngine.Host.Composition;

/// <summary>Names this process so that no other process has the name at this time.</summary>
internal static class ProcessName
{
    /// <summary>Machine, process id and start instant.</summary>
    public static string Of(TimeProvider clock) =>
        string.Create(CultureInfo.InvariantCulture, $"{Environment.MachineName}-{Environment.ProcessId}-{clock.GetUtcNow().ToUnixTimeMilliseconds():x}");
}
