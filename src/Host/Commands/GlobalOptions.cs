using System.CommandLine;

namespace BatchEngine.Host.Commands;

/// <summary>The options that every verb understands.</summary>
internal sealed class GlobalOptions
{
    /// <summary>The configuration file.</summary>
    public Option<string?> Config { get; } =
        new("--config") { Description = "Configuration file [default: config/batchengine.yaml, if there is one]", Recursive = true };

    /// <summary>The data directory.</summary>
    public Option<string?> Data { get; } =
        new("--data") { Description = "Folder for database and blobs, instead of the configuration's dataDirectory", Recursive = true };

    /// <summary>Machine output.</summary>
    public Option<bool> Json { get; } = new("--json") { Description = "Print one JSON document on stdout; everything else goes to stderr", Recursive = true };

    /// <summary>More log lines.</summary>
    public Option<bool> Verbose { get; } = new("--verbose") { Description = "More log lines and full errors on stderr", Recursive = true };

    /// <summary>Adds them to the root command.</summary>
    public void AddTo(RootCommand root)
    {
        root.Options.Add(Config);
        root.Options.Add(Data);
        root.Options.Add(Json);
        root.Options.Add(Verbose);
    }
}
