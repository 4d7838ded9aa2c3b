using System.CommandLine;
using BatchEngine.CostModel.Ledger;
using BatchEngine.CostModel.Summaries;
using BatchEngine.Domain;
using BatchEngine.Host.Commands.Options;
using BatchEngine.Host.Composition;
using BatchEngine.Host.Screens;
using BatchEngine.Host.Terminal;
using BatchEngine.Storage.Database.Ledger;

namespace BatchEngine.Host.Commands;

/// <summary>`cost`: what was spent, on what, and what it saved; and whether the books are right.</summary>
internal static class CostCommand
{
    private static readonly Option<CostGrouping> By = new("--by") { Description = "What a line stands for", DefaultValueFactory = _ => CostGrouping.Job };
    private static readonly Option<string?> Job = new("--job") { Description = "Only this job, its endpoint and its look-ups" };
    private static readonly Option<string?> Run = new("--run") { Description = "Only this run" };
    private static readonly Option<string?> Model = new("--model") { Description = "Only this model (name:number)" };
    private static readonly Option<string?> From = new("--from") { Description = "First instant, inclusive" };
    private static readonly Option<string?> To = new("--to") { Description = "Last instant, exclusive" };

    /// <summary>The verb and its parts.</summary>
    public static Command Build(GlobalOptions globals)
    {
        var cost = new Command("cost", "What predictions cost.");
        cost.Subcommands.Add(Verb.Does(
            new Command("report", "Spend per job, run, model or serving name; dollars per 1,000 predictions; savings against named baselines.") { By, Job, Run,
            Model, From, To }, globals, ReportAsync));
        cost.Subcommands.Add(Verb.Does(
            new Command("verify", "Prove that the ledger is usage x price, and name each difference."), globals, VerifyAsync));
        return cost;
    }

    private static async Task<int> ReportAsync(Verb verb, CancellationToken ct)
    {
        var line = verb.Line;
        await using var engine = await verb.OpenEngineAsync(ct).ConfigureAwait(false);
        await CatchUpAsync(verb, engine, ct).ConfigureAwait(false);
        var filter = new LedgerFilter(line.GetValue(Run) is { } run ? Instants.ReadRun(run) : null, line.GetValue(Model),
            line.GetValue(From) is { } from ? Instants.Read(from, "--from") : null, line.GetValue(To) is { } to ? Instants.Read(to, "--to") : null);
        var summary = await new CostSummaryBuilder(engine.Database).BuildAsync(line.GetValue(By), line.GetValue(Job), filter,
            await engine.Prices.AssumptionAsync(ct).ConfigureAwait(false), ct).ConfigureAwait(false);
        verb.Screen.Answer(summary, () => CostScreen.Print(verb.Screen, summary));
        return summary.Lines.Count == 0 && summary.Unallocated is null ? ExitCode.Inconclusive : ExitCode.Done;
    }

    private static async Task<int> VerifyAsync(Verb verb, CancellationToken ct)
    {
        await using var engine = await verb.OpenEngineAsync(ct).ConfigureAwait(false);
        await CatchUpAsync(verb, engine, ct).ConfigureAwait(false);
        var verdict = await new LedgerProof(engine.Database, engine.Clock).CheckAsync(ct).ConfigureAwait(false);
        verb.Screen.Answer(verdict, () => LedgerScreen.Print(verb.Screen, verdict));
        return verdict.IsWrong ? ExitCode.Violation : verdict.Differences.Count > 0 || verdict.Usages == 0 ? ExitCode.Inconclusive : ExitCode.Done;
    }

    // What processes that died have left, and prices that have come since: told, because the ledger has more entries than before.
    private static async Task CatchUpAsync(Verb verb, Engine engine, CancellationToken ct)
    {
        var caught = await new LedgerPoster(engine.Database, engine.Clock, engine.Prices).CatchUpAsync(null, ct).ConfigureAwait(false);
        if (caught.Any)
            verb.Screen.Note($"The ledger is up to date: {Figures.Count(caught.Settled, "process", "processes")} that died settled, "
                + $"{Figures.Count(caught.Posted, "usage", "usages")} posted, {Figures.Count(caught.Corrected, "usage", "usages")} without a price corrected.");
    }
}
