using System.CommandLine;
using BatchEngine.Domain;
using BatchEngine.Host.Terminal;
using BatchEngine.Scheduler.Workers;
using BatchEngine.Storage.Database.Runs;

namespace BatchEngine.Host.Commands;

/// <summary>`worker`: takes shards of one run until none is left. SIGINT and SIGTERM ask it to leave after the unit in hand, and so does the end of its
/// standard input when it was told to heed that: an input that is empty from the start, as under cron or in a container, says nothing.</summary>
internal static class WorkerCommand
{
    private static readonly Option<string> Run = new("--run") { Description = "The run to work on", Required = true };
    private static readonly Option<string?> Name = new("--name") { Description = "A name no other worker has at this time [default: machine and process id]" };

    private static readonly Option<bool> Leash = new("--leave-at-end-of-input")
    {
        Description = "Leave after the unit in hand when standard input ends",
    };

    /// <summary>The verb.</summary>
    public static Command Build(GlobalOptions globals) => Verb.Does(
        new Command("worker", "Work on the shards of a run until none is left. Several workers, on one machine or many, share a run.") { Run, Name, Leash },
            globals,
            RunAsync);

    private static async Task<int> RunAsync(Verb verb, CancellationToken ct)
    {
        await using var engine = await verb.OpenEngineAsync(ct).ConfigureAwait(false);
        var run = Instants.ReadRun(verb.Line.GetValue(Run)!);
        var plan = await new RunStore(engine.Database).PlanAsync(run, ct).ConfigureAwait(false)
            ?? throw new BadInputException("--run", run.ToString(), "a run that was planned", "List the runs with: batchengine runs list.");
        using var drain = CancellationTokenSource.CreateLinkedTokenSource(ct);
        if (verb.Line.GetValue(Leash))
            _ = LeaveWhenInputEndsAsync(drain);
        var name = verb.Line.GetValue(Name) ?? Composition.ProcessName.Of(verb.Clock);
        var outcome = await engine.Jobs.WorkAsync(plan, name, drain.Token).ConfigureAwait(false);
        verb.Screen.Answer(new { worker = name, run, outcome = outcome.GetType().Name, outcome.ShardsCommitted },
            () => verb.Screen.Note($"{name}: {outcome.GetType().Name}, {outcome.ShardsCommitted} shards committed."));
        return outcome is WorkerOutcome.RunClosed { State: not (RunState.Published or RunState.Sealing or RunState.Judging) } ? ExitCode.Violation
            : ExitCode.Done;
    }

    private static async Task LeaveWhenInputEndsAsync(CancellationTokenSource drain)
    {
        await using var input = Console.OpenStandardInput();
        var buffer = new byte[64];
        while (await input.ReadAsync(buffer).ConfigureAwait(false) > 0)
        {
            // Nobody sends anything: only the end of the stream says something.
        }

        await drain.CancelAsync().ConfigureAwait(false);
    }
}
