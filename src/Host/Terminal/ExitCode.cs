namespace BatchEngine.Host.Terminal;

/// <summary>What the process tells its caller.</summary>
internal static class ExitCode
{
    /// <summary>Done as asked.</summary>
    public const int Done = 0;

    /// <summary>Looked, and found something wrong: a failed run, a held snapshot, a corrupt or unreadable data file, a drifted column.</summary>
    public const int Violation = 1;

    /// <summary>Could not tell: nothing to look at, or not measured.</summary>
    public const int Inconclusive = 2;

    /// <summary>The command line, a configuration file or a path cannot be used as given.</summary>
    public const int Usage = 64;

    /// <summary>This program or this machine cannot do it, another may: a run of a newer format, or one whose model or input is out of reach here.</summary>
    public const int Unable = 69;

    /// <summary>Stopped by a person (Ctrl-C or SIGTERM).</summary>
    public const int Interrupted = 130;
}
