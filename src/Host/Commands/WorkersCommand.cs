using System.CommandLine;
using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Host.Terminal;
using BatchEngine.Storage.Database.Leases;
using Spectre.Console;

namespace BatchEngine.Host.Commands;

/// <summary>`workers`: who works, on what, and who is gone.</summary>
internal static class WorkersCommand
{
    /// <summary>The verb and its parts.</summary>
    public static Command Build(GlobalOptions globals)
    {
        var list = Verb.Does(new Command("list", "Workers of the last week, those seen last first."), globals, ListAsync);
        var workers = Verb.Does(new Command("workers",
            "Who works, on which run and machine; who was asked to leave, and who is gone: silent for longer than a lease."),
            globals, ListAsync);
        workers.Subcommands.Add(list);
        return workers;
    }

    private static async Task<int> ListAsync(Verb verb, CancellationToken ct)
    {
        await using var engine = await verb.OpenEngineAsync(ct).ConfigureAwait(false);
        var now = await engine.Database.NowAsync(ct).ConfigureAwait(false);
        var workers = await new WorkerStore(engine.Database).ListAsync(ct).ConfigureAwait(false);
        verb.Screen.Answer(workers.Select(w => new
        {
            w.Card.Name,
            w.Card.Host,
            w.Card.Process,
            w.Card.Version,
            w.Card.Format,
            w.Card.Processor,
            w.Card.VectorBits,
            w.Card.Cores,
            w.Card.MemoryBytes,
            offering = w.Card.Offering.ToString(),
            w.StartedAt,
            w.SeenAt,
            w.Run,
            state = StateOf(w),
        }).ToList(), () =>
        {
            if (workers.Count == 0)
                verb.Screen.Line("No workers yet. A run has its own, and more are started with: batchengine worker --any");
            else
                verb.Screen.Draw(TableOf(workers, now));
        });
        return ExitCode.Done;
    }

    private static string StateOf(WorkerSighting worker) => worker.IsGone ? "gone" : worker.State.ToString().ToLowerInvariant();

    private static Table TableOf(IReadOnlyList<WorkerSighting> workers, DateTimeOffset now)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("name", "state", "run", "host", "offering", "version", "processor")
            .AddColumn("cores", c => c.RightAligned()).AddColumn("memory", c => c.RightAligned()).AddColumns("seen");
        foreach (var worker in workers)
        {
            var (card, ago) = (worker.Card, now - worker.SeenAt);
            table.AddRow(Markup.Escape(card.Name), worker.IsGone ? "[red]gone[/]" : StateOf(worker), worker.Run?.ToString() ?? "", Markup.Escape(card.Host),
                Markup.Escape(card.Offering.ToString()), Markup.Escape(card.Version), Markup.Escape($"{card.Processor}, {card.VectorBits} bits"),
                card.Cores.ToString(CultureInfo.InvariantCulture), Figures.Bytes(card.MemoryBytes),
                $"{Figures.Duration(ago > TimeSpan.Zero ? ago : TimeSpan.Zero)} ago");
        }
        return table;
    }
}
