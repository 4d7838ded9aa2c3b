using System.CommandLine;
using BatchEngine.Domain;
using BatchEngine.Host.Terminal;
using BatchEngine.Storage.Database.Copying;
using BatchEngine.Storage.Database.Engine;
using Spectre.Console;

namespace BatchEngine.Host.Commands;

/// <summary>`state`: the state database of an installation moves to another place.</summary>
internal static class StateCommand
{
    /// <summary>The part that copies.</summary>
    public const string CopyName = "copy";

    private static readonly Option<string> From = new("--from")
    {
        Description = "The SQLite file of the installation (or a connection string, to come back)",
        Required = true,
    };

    private static readonly Option<string> To = new("--to")
    {
        Description = "The new database, without rows: \"Host=...;Database=...;Username=...\"; a password may come from PGPASSWORD",
        Required = true,
    };

    /// <summary>The verb and its parts.</summary>
    public static Command Build(GlobalOptions globals)
    {
        var state = new Command("state", "Move the state database to another place.");
        state.Subcommands.Add(Verb.Does(new Command(CopyName,
            "Copy every table from SQLite to PostgreSQL, or back, in one transaction, and compare both sides. Stop everything that uses it first.")
        { From, To }, globals, CopyAsync));
        return state;
    }

    private static async Task<int> CopyAsync(Verb verb, CancellationToken ct)
    {
        var (from, to) = (verb.Line.GetValue(From)!, verb.Line.GetValue(To)!);
        verb.Screen.Note($"Copying from {StateDatabase.Shown(from)} to {StateDatabase.Shown(to)}.");
        var copied = await StateCopy.RunAsync(from, to, verb.Clock, t =>
        {
            if (t.Rows > 0)
                verb.Screen.Note($"{t.Name}: {Figures.Count(t.Rows)} rows, equal on both sides.");
        }, ct).ConfigureAwait(false);
        verb.Screen.Answer(copied, () => Draw(verb.Screen, copied));
        return ExitCode.Done;
    }

    private static void Draw(Screen screen, CopiedState copied)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("table").AddColumn("rows", c => c.RightAligned()).AddColumn("digest, equal on both sides");
        foreach (var one in copied.Tables)
            table.AddRow(one.Name, Figures.Count(one.Rows), one.Digest);
        screen.Draw(table);
        screen.Line($"Copied {Figures.Count(copied.Tables.Sum(t => t.Rows))} rows to {copied.To}; every table is equal on both sides.");
        screen.Line("Next: set the key database of the configuration to what was given as --to, on every machine, and try: batchengine doctor");
        screen.Line("Blobs stay where they are: the key blobs goes on as it is. Into another store the store's own tools copy them, under equal names.");
        screen.Line($"Then put {copied.From} away: two databases in use on one blob store would remove each other's files.");
    }
}
