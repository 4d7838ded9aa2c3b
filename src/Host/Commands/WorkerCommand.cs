using System.CommandLine;
using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Host.Adapters;
using BatchEngine.Host.Composition;
using BatchEngine.Host.Terminal;
using BatchEngine.Scheduler.Workers;
using BatchEngine.Storage.Database.Runs;

namespace BatchEngine.Host.Commands;

/// <summary>`worker`: takes shards of one run until none is left, or of any run until it is asked to leave. It needs the database and the blob store. A first
/// SIGTERM or SIGINT asks it to leave, and so does the end of its standard input when it was told to heed that: an input that is empty from the start, as
/// under systemd or in a container, says nothing.</summary>
internal static class WorkerCommand
{
    /// <summary>The verb.</summary>
    public const string Name = "worker";

    private const int MostDrainSeconds = 3_600;

    private static readonly Option<string?> Run = new("--run") { Description = "The run to work on, until none of its shards is left" };
    private static readonly Option<bool> Any = new("--any") { Description = "Work on any run, the oldest first, and wait for runs until asked to leave" };
    private static readonly Option<string?> WorkerName =
        new("--name") { Description = "A name no other worker has at this time [default: machine and process id]" };

    private static readonly Option<int> DrainSeconds = new("--drain-seconds")
    {
        Description = "How long the unit in hand may take after SIGTERM before its shard is given back unfinished; 0 gives it back at once",
        DefaultValueFactory = _ => 30,
    };

    private static readonly Option<bool> Leash = new("--leave-at-end-of-input")
    {
        Description = "Leave after the unit in hand when standard input ends",
    };

    /// <summary>Builds the verb.</summary>
    public static Command Build(GlobalOptions globals) => Verb.Does(
        new Command(Name, """
            Work on the shards of a run, or of any run. Several workers, on one machine or many, share a run; each needs its database and blob store, no more.

              batchengine worker --any
              batchengine worker --run churn_20261123T020000Z --drain-seconds 20

            SIGTERM: the unit in hand is finished or given back, exit code 0. A second one stops at once. Exit codes: 0 done or asked to leave; 1 the run
            failed or takes no workers; 64 the command line; 69 this program or machine cannot work on the run; 130 stopped by a second signal.
            """) { Run, Any, WorkerName, DrainSeconds, Leash }, globals, RunAsync);

    private static async Task<int> RunAsync(Verb verb, CancellationToken ct)
    {
        var wish = WishOf(verb);
        RunId? only = verb.Line.GetValue(Run) is { } text ? Instants.ReadRun(text) : null;
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(ct);
        using var signals = new LeaveSignals(leaving, wish.Drain, verb.Clock, verb.Screen.Note);
        if (verb.Line.GetValue(Leash))
            _ = LeaveWhenInputEndsAsync(leaving);
        try
        {
            await using var engine = await verb.OpenEngineAsync(leaving.Token).ConfigureAwait(false);
            using var worker = new RunWorker(engine, new RunLog(verb.Screen), verb.Screen.Note);
            return only is { } run ? await WorkAsync(verb, worker, run, wish, leaving.Token).ConfigureAwait(false)
                : await RoamAsync(verb, engine, worker, wish, leaving.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (leaving.IsCancellationRequested)
        {
            // Asked to leave before it held anything.
            return ExitCode.Done;
        }
    }

    private static async Task<int> WorkAsync(Verb verb, RunWorker worker, RunId run, WorkerWish wish, CancellationToken drain)
    {
        var outcome = await worker.WorkAsync(run, wish, drain).ConfigureAwait(false);
        if (outcome is WorkerOutcome.Unable unable)
            verb.Screen.Error($"{run} is left to others: {unable.Reason}");
        verb.Screen.Answer(new { worker = wish.Name, run, outcome = outcome.GetType().Name, outcome.ShardsCommitted },
            () => verb.Screen.Note($"{wish.Name}: {outcome.GetType().Name}, {outcome.ShardsCommitted} shards committed."));
        return outcome switch
        {
            WorkerOutcome.Unable => ExitCode.Unable,
            WorkerOutcome.RunClosed { State: not (RunState.Published or RunState.Sealing or RunState.Judging) } => ExitCode.Violation,
            _ => ExitCode.Done,
        };
    }

    private static async Task<int> RoamAsync(Verb verb, Engine engine, RunWorker worker, WorkerWish wish, CancellationToken drain)
    {
        verb.Screen.Note($"{wish.Name}: works on any run of {engine.Database.Place}; SIGTERM or Ctrl-C asks it to leave.");
        var roaming = new RoamingWorker(new RunStore(engine.Database), (run, leave) => worker.WorkAsync(run, wish, leave), verb.Screen.Note, verb.Clock,
            new Random(wish.Name.Aggregate(17, (hash, letter) => unchecked((hash * 31) + letter))));
        var committed = await roaming.RunAsync(drain).ConfigureAwait(false);
        verb.Screen.Answer(new { worker = wish.Name, outcome = nameof(WorkerOutcome.Drained), shardsCommitted = committed },
            () => verb.Screen.Note($"{wish.Name}: {nameof(WorkerOutcome.Drained)}, {committed} shards committed."));
        return ExitCode.Done;
    }

    private static WorkerWish WishOf(Verb verb)
    {
        var (run, any) = (verb.Line.GetValue(Run), verb.Line.GetValue(Any));
        if (run is null == !any)
            throw new BadInputException("worker", any ? "both --run and --any" : "neither --run nor --any", "one of the two",
                "Give --run RUN for one run, or --any for every run until it is asked to leave.");
        var drain = verb.Line.GetValue(DrainSeconds);
        return drain is >= 0 and <= MostDrainSeconds
            ? new WorkerWish(verb.Line.GetValue(WorkerName) ?? ProcessName.Of(verb.Clock), any, TimeSpan.FromSeconds(drain))
            : throw new BadInputException("--drain-seconds", drain.ToString(CultureInfo.InvariantCulture), $"0 to {MostDrainSeconds}",
                "Stay under the grace that the machine gives: 30 is the least notice of a cloud, and Kubernetes waits terminationGracePeriodSeconds.");
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
