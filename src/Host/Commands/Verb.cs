using System.CommandLine;
using BatchEngine.Host.Composition;
using BatchEngine.Host.Configuration;
using BatchEngine.Host.Terminal;
using BatchEngine.Storage.Database.Engine;

namespace BatchEngine.Host.Commands;

/// <summary>What every verb gets: the parsed line, the screen, the clock and, when it asks, the opened engine.</summary>
internal sealed class Verb(ParseResult parsed, GlobalOptions globals, Screen screen)
{
    /// <summary>The parsed command line.</summary>
    public ParseResult Line => parsed;

    /// <summary>Where answers and notes go.</summary>
    public Screen Screen => screen;

    /// <summary>The machine's clock.</summary>
    public TimeProvider Clock { get; } = TimeProvider.System;

    /// <summary>Gives a command its action.</summary>
    /// <param name="command">The command.</param>
    /// <param name="globals">The options of every verb.</param>
    /// <param name="action">Returns an <see cref="ExitCode"/>.</param>
    public static Command Does(Command command, GlobalOptions globals, Func<Verb, CancellationToken, Task<int>> action)
    {
        command.SetAction((parsed, ct) => action(new Verb(parsed, globals, new Screen(parsed.GetValue(globals.Json), parsed.GetValue(globals.Verbose))), ct));
        return command;
    }

    /// <summary>The configuration with the command line's overrides.</summary>
    public EngineConfiguration Configuration()
    {
        var configuration = EngineConfiguration.Load(parsed.GetValue(globals.Config), screen.Note);
        return parsed.GetValue(globals.Data) is { Length: > 0 } data
            ? configuration with
            {
                DataDirectory = Path.GetFullPath(data),
                Database = StateDatabase.IsServer(configuration.Database) ? configuration.Database
                    : Path.Combine(Path.GetFullPath(data), "batchengine.db"),
                Blobs = configuration.Blobs.Contains("://", StringComparison.Ordinal) ? configuration.Blobs : Path.Combine(Path.GetFullPath(data), "blobs")
            } : configuration;
    }

    /// <summary>Opens database, blobs and rooms.</summary>
    public Task<Engine> OpenEngineAsync(CancellationToken ct) => Engine.OpenAsync(Configuration(), Clock, screen, ct);
}
