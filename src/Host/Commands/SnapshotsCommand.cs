using System.CommandLine;
using BatchEngine.Domain;
using BatchEngine.Host.Terminal;
using BatchEngine.Storage.Database.Snapshots;
using Spectre.Console;

namespace BatchEngine.Host.Commands;

/// <summary>`snapshots`: which predictions are served, and how to move between them.</summary>
internal static class SnapshotsCommand
{
    private static readonly Argument<string?> NameFilter = new("name") { Description = "The serving name", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Argument<string> Name = new("name") { Description = "The serving name" };
    private static readonly Argument<long> Id = new("id") { Description = "The snapshot's number, from: batchengine snapshots list" };

    private static readonly Option<int> Limit = RunsCommand.LimitOption();
    private static readonly Option<bool> All = RunsCommand.AllOption();
    private static readonly Option<string> Why = WhyOption();

    /// <summary>The reason for what a person does by hand.</summary>
    public static Option<string> WhyOption() => new("--why")
    {
        Description = "The reason, kept with the decision",
        DefaultValueFactory = _ => "no reason was given",
    };

    /// <summary>The verb and its parts.</summary>
    public static Command Build(GlobalOptions globals)
    {
        var snapshots = new Command("snapshots", "List, publish and roll back what look-ups serve.");
        snapshots.Subcommands.Add(
            Verb.Does(new Command("list", "Snapshots, newest first; the current one is marked.") { NameFilter, Limit, All }, globals, ListAsync));
        snapshots.Subcommands.Add(Verb.Does(new Command("publish",
            "Serve this snapshot, also an older one or one that was held back; routers see it within a second.") { Id, Why }, globals, PublishAsync));
        snapshots.Subcommands.Add(
            Verb.Does(new Command("rollback", "Serve the snapshot that was published before the current one.") { Name, Why }, globals, RollbackAsync));
        return snapshots;
    }

    private static async Task<int> ListAsync(Verb verb, CancellationToken ct)
    {
        await using var engine = await verb.OpenEngineAsync(ct).ConfigureAwait(false);
        var all = await new SnapshotStore(engine.Database).ListAsync(verb.Line.GetValue(NameFilter),
            verb.Line.GetValue(All) ? int.MaxValue : verb.Line.GetValue(Limit), ct).ConfigureAwait(false);
        verb.Screen.Answer(all, () =>
        {
            if (all.Count == 0)
            {
                verb.Screen.Line("No snapshots yet. A run publishes one: batchengine run JOB.yaml");
                return;
            }

            var table = new Table().Border(TableBorder.Simple).AddColumn("id", c => c.RightAligned()).AddColumns("name", "serves", "run", "model")
                .AddColumn("keys", c => c.RightAligned()).AddColumns("as of", "published");
            foreach (var entry in all)
            {
                table.AddRow(entry.Snapshot.Id.ToString(System.Globalization.CultureInfo.InvariantCulture), Markup.Escape(entry.Snapshot.ServingName),
                    entry.IsCurrent ? "[green]current[/]" : entry.Snapshot.Segments.Count == 0 ? "retired" : "",
                    entry.Snapshot.Run.ToString(), Markup.Escape(entry.Snapshot.Model.ToString()), Figures.Count(entry.Snapshot.Keys),
                        Figures.Instant(entry.Snapshot.AsOf),
                    entry.PublishedAt is { } at ? Figures.Instant(at) : "never");
            }

            verb.Screen.Draw(table);
        });
        return ExitCode.Done;
    }

    private static async Task<int> PublishAsync(Verb verb, CancellationToken ct)
    {
        await using var engine = await verb.OpenEngineAsync(ct).ConfigureAwait(false);
        var by = new ByHand(Environment.UserName, verb.Line.GetValue(Why)!);
        Say(verb, await engine.Jobs.PublishAsync(verb.Line.GetValue(Id), by, ct).ConfigureAwait(false));
        return ExitCode.Done;
    }

    private static async Task<int> RollbackAsync(Verb verb, CancellationToken ct)
    {
        await using var engine = await verb.OpenEngineAsync(ct).ConfigureAwait(false);
        var name = verb.Line.GetValue(Name)!;
        var snapshot = await engine.Jobs
            .RollbackAsync(name, new ByHand(Environment.UserName, verb.Line.GetValue(Why)!), ct).ConfigureAwait(false);
        if (snapshot is null)
        {
            verb.Screen.Error($"'{name}' has no earlier published snapshot to go back to.");
            return ExitCode.Violation;
        }

        Say(verb, snapshot);
        return ExitCode.Done;
    }

    private static void Say(Verb verb, SnapshotInfo snapshot) => verb.Screen.Answer(snapshot, () =>
        verb.Screen.Line($"'{snapshot.ServingName}' now serves snapshot {snapshot.Id}: run {snapshot.Run}, "
            + $"model {snapshot.Model}, {Figures.Count(snapshot.Keys)} keys."));
}
