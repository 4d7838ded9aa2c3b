using System.CommandLine;
using BatchEngine.CostModel.Drift;
using BatchEngine.Domain;
using BatchEngine.Host.Commands.Options;
using BatchEngine.Host.Screens;
using BatchEngine.Host.Terminal;
using BatchEngine.Storage.Database.Runs;

namespace BatchEngine.Host.Commands;

/// <summary>`drift`: whether the scores still mean what they meant.</summary>
internal static class DriftCommand
{
    private static readonly Argument<string> Run = new("run") { Description = "The run to judge" };
    private static readonly Option<string?> Baseline = new("--baseline") { Description = "previous, first or a run id [default: the job's gate]" };

    /// <summary>The verb and its parts.</summary>
    public static Command Build(GlobalOptions globals)
    {
        var drift = new Command("drift", "Compare the profiles of two runs.");
        drift.Subcommands.Add(Verb.Does(new Command("report", "The verdict that was stored when the run was judged.") { Run }, globals, ReportAsync));
        drift.Subcommands.Add(Verb.Does(new Command("compare", "Judge a run again, against any baseline.") { Run, Baseline }, globals, CompareAsync));
        return drift;
    }

    private static async Task<int> ReportAsync(Verb verb, CancellationToken ct)
    {
        await using var engine = await verb.OpenEngineAsync(ct).ConfigureAwait(false);
        var run = Instants.ReadRun(verb.Line.GetValue(Run)!);
        var report = await new ProfileStore(engine.Database).FindDriftAsync(run, ct).ConfigureAwait(false)
            ?? throw new BadInputException("run", run.ToString(), "a run that was judged", "List the runs with: batchengine runs list.");
        return Show(verb.Screen, report);
    }

    private static async Task<int> CompareAsync(Verb verb, CancellationToken ct)
    {
        await using var engine = await verb.OpenEngineAsync(ct).ConfigureAwait(false);
        var run = Instants.ReadRun(verb.Line.GetValue(Run)!);
        var plan = await new RunStore(engine.Database).PlanAsync(run, ct).ConfigureAwait(false)
            ?? throw new BadInputException("run", run.ToString(), "a known run", "List the runs with: batchengine runs list.");
        var gate = verb.Line.GetValue(Baseline) is { } baseline ? plan.Job.Drift with { Baseline = baseline } : plan.Job.Drift;
        var profiles = await new ProfileStore(engine.Database).FindAsync(run, ct).ConfigureAwait(false);
        return Show(verb.Screen, await new DriftJudge(engine.Database).JudgeAsync(run, profiles, gate, ct).ConfigureAwait(false));
    }

    private static int Show(Screen screen, DriftReport report)
    {
        screen.Answer(report, () => DriftScreen.Print(screen, report));
        return report.Verdict switch
        {
            DriftVerdict.Stable => ExitCode.Done,
            DriftVerdict.Drifted => ExitCode.Violation,
            _ => ExitCode.Inconclusive,
        };
    }
}
