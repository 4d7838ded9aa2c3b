using System.Diagnostics;

namespace BatchEngine.Fleet.Network;

/// <summary>The `ip` command of iproute2, and the other small commands that need the rights of root.</summary>
internal static class IpTool
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    /// <summary>Runs `ip`; fails the test with what it said when it fails.</summary>
    public static string Run(params string[] arguments) => Run("ip", arguments);

    /// <summary>Runs `ip` where a failure only means that there is nothing to remove.</summary>
    public static void Try(params string[] arguments) => Start("ip", arguments, out _);

    /// <summary>Runs a command to its end and gives what it printed.</summary>
    public static string Run(string command, string[] arguments) => Start(command, arguments, out var said) == 0 ? said
        : throw new InvalidOperationException($"{command} {string.Join(' ', arguments)}: {said}");

    /// <summary>Runs a command to its end; gives its exit code.</summary>
    public static int Start(string command, string[] arguments, out string said)
    {
        using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        said = process.StandardOutput.ReadToEnd();
        if (!process.WaitForExit(s_patience))
        {
            process.Kill();
            throw new TimeoutException($"{command} {string.Join(' ', arguments)} did not end.");
        }
        said += errors.GetAwaiter().GetResult();
        return process.ExitCode;
    }
}
