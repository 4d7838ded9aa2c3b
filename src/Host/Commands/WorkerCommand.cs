using System.CommandLine;
using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Host.Adapters;
using BatchEngine.Host.Commands.Options;
using BatchEngine.Host.Composition;
using BatchEngine.Host.Configuration;
using BatchEngine.Host.Configuration.Texts;
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

    private static readonly Option<int> Workers = new("--workers", "-w")
    {
        Description = "Workers in this process, which share models and memory; 0 means one per core",
        DefaultValueFactory = _ => 1,
    };

    private static readonly Option<string?> Offered = new("--offering")
    {
        Description = "What this machine is rented as: provider/type/zone/purchase [default: the configuration's offering, else unknown, so without a price]",
    };

    private static readonly Option<double?> MachineShare = new("--machine-share") { Description = "For coordinators", Hidden = true };

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

              batchengine worker --any --workers 0 --offering ec2/c7a.xlarge/eu-west-1a/spot
              batchengine worker --run churn_20261123T020000Z --drain-seconds 20

            SIGTERM: the unit in hand is finished or given back, exit code 0. A second one stops at once. Exit codes: 0 done or asked to leave; 1 the run
            failed or takes no workers; 64 the command line; 69 this program or machine cannot work on the run; 130 stopped by a second signal.
            """) { Run, Any, Workers, Offered, WorkerName, DrainSeconds, Leash, MachineShare }, globals, RunAsync);

    private static async Task<int> RunAsync(Verb verb, CancellationToken ct)
    {
        var configuration = verb.Configuration();
        var wishes = WishesOf(verb, configuration);
        RunId? only = verb.Line.GetValue(Run) is { } text ? Instants.ReadRun(text) : null;
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(ct);
        using var signals = new LeaveSignals(leaving, wishes[0].Drain, verb.Clock, verb.Screen.Note);
        if (verb.Line.GetValue(Leash))
            _ = LeaveWhenInputEndsAsync(leaving);
        if (wishes[0].Offering == Offering.Unknown)
            verb.Screen.Note("Nobody said what this machine is rented as (--offering, or offering in the configuration): what it does has no price.");
        try
        {
            await using var engine = await Engine.OpenAsync(configuration, verb.Clock, verb.Screen, leaving.Token).ConfigureAwait(false);
            using var workers = new RunWorkers(engine, wishes.Count, new RunLog(verb.Screen), verb.Screen.Note);
            var outcomes = await Task.WhenAll(wishes.Select(w => only is { } run ? WorkAsync(workers, run, w, leaving.Token)
                : RoamAsync(verb, engine, workers, w, leaving.Token))).ConfigureAwait(false);
            return Tell(verb, only, wishes, outcomes);
        }
        catch (OperationCanceledException) when (leaving.IsCancellationRequested)
        {
            // Asked to leave before it held anything.
            return ExitCode.Done;
        }
    }

    private static async Task<WorkerOutcome> WorkAsync(RunWorkers workers, RunId run, WorkerWish wish, CancellationToken drain)
    {
        await using var presence = workers.PresenceOf(wish);
        await presence.ArriveAsync().ConfigureAwait(false);
        await using var draining = drain.Register(() => _ = presence.DrainsAsync());
        return await workers.WorkAsync(run, wish, presence, drain).ConfigureAwait(false);
    }

    private static async Task<WorkerOutcome> RoamAsync(Verb verb, Engine engine, RunWorkers workers, WorkerWish wish, CancellationToken drain)
    {
        verb.Screen.Note($"{wish.Name}: works on any run of {engine.Database.Place}; SIGTERM or Ctrl-C asks it to leave.");
        await using var presence = workers.PresenceOf(wish);
        await presence.ArriveAsync().ConfigureAwait(false);
        await using var draining = drain.Register(() => _ = presence.DrainsAsync());
        var roaming = new RoamingWorker(new RunStore(engine.Database), (run, leave) => workers.WorkAsync(run, wish, presence, leave), verb.Screen.Note,
            verb.Clock, new Random(wish.Name.Aggregate(17, (hash, letter) => unchecked((hash * 31) + letter))))
        { WhileIdle = presence.BeatAsync };
        return new WorkerOutcome.Drained(await roaming.RunAsync(drain).ConfigureAwait(false));
    }

    private static int Tell(Verb verb, RunId? run, IReadOnlyList<WorkerWish> wishes, IReadOnlyList<WorkerOutcome> outcomes)
    {
        foreach (var why in outcomes.OfType<WorkerOutcome.Unable>().Select(u => u.Reason).Distinct())
            verb.Screen.Error($"{run} is left to others: {why}");
        verb.Screen.Answer(wishes.Zip(outcomes, (w, o) => new { worker = w.Name, run, outcome = o.GetType().Name, o.ShardsCommitted }).ToList(), () =>
        {
            foreach (var (wish, outcome) in wishes.Zip(outcomes))
                verb.Screen.Note($"{wish.Name}: {outcome.GetType().Name}, {outcome.ShardsCommitted} shards committed.");
        });
        return outcomes.Max(outcome => outcome switch
        {
            WorkerOutcome.Unable => ExitCode.Unable,
            WorkerOutcome.RunClosed { State: not (RunState.Published or RunState.Sealing or RunState.Judging) } => ExitCode.Violation,
            _ => ExitCode.Done,
        });
    }

    private static IReadOnlyList<WorkerWish> WishesOf(Verb verb, EngineConfiguration configuration)
    {
        var (run, any) = (verb.Line.GetValue(Run), verb.Line.GetValue(Any));
        if (run is null == !any)
            throw new BadInputException("worker", any ? "both --run and --any" : "neither --run nor --any", "one of the two",
                "Give --run RUN for one run, or --any for every run until it is asked to leave.");
        var drain = verb.Line.GetValue(DrainSeconds);
        if (drain is < 0 or > MostDrainSeconds)
            throw new BadInputException("--drain-seconds", drain.ToString(CultureInfo.InvariantCulture), $"0 to {MostDrainSeconds}",
                "Stay under the grace that the machine gives: 30 is the least notice of a cloud, and Kubernetes waits terminationGracePeriodSeconds.");
        var offering = verb.Line.GetValue(Offered) is { } told ? OfferingText.Read(told, "--offering") : configuration.Offering ?? Offering.Unknown;
        var count = WorkerCount.Require(verb.Line.GetValue(Workers)) is > 0 and var asked ? asked : Environment.ProcessorCount;
        var name = verb.Line.GetValue(WorkerName) ?? ProcessName.Of(verb.Clock);
        var share = verb.Line.GetValue(MachineShare) ?? offering.ShareOf(count);
        return [.. Enumerable.Range(0, count).Select(index => new WorkerWish(
            count == 1 ? name : string.Create(CultureInfo.InvariantCulture, $"{name}-{index}"), offering, share, any, verb.Line.GetValue(Leash),
            TimeSpan.FromSeconds(drain)))];
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
