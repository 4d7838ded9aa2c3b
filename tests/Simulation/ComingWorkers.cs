using BatchEngine.Domain;
using BatchEngine.Host.Composition;
using BatchEngine.Scheduler.Events;
using BatchEngine.Scheduler.Workers;
using BatchEngine.Storage.Database.Runs;

namespace BatchEngine.Simulation;

/// <summary>Workers over one state that come at seeded moments and are asked to leave again, until they are not wanted any more.</summary>
/// <param name="openAsync">Opens the state as a machine of its own would.</param>
/// <param name="random">Chooses the moments.</param>
internal sealed class ComingWorkers(Func<Task<Engine>> openAsync, Random random)
{
    private const int MostAtOnce = 3;

    /// <summary>How many have come.</summary>
    public int Came { get; private set; }

    /// <summary>Lets workers come and go until the night is over.</summary>
    public async Task UntilAsync(Task night)
    {
        var here = new List<(Task Work, CancellationTokenSource Leave)>();
        while (!night.IsCompleted)
        {
            if (here.Count < MostAtOnce)
                here.Add(Come());
            await Task.WhenAny(night, Task.Delay(random.Next(10, 250), CancellationToken.None));
            if (here.Count > 0 && random.Next(2) == 0)
                await here[random.Next(here.Count)].Leave.CancelAsync();
            here.RemoveAll(h => h.Work.IsCompletedSuccessfully);
        }
        foreach (var (_, leave) in here)
            await leave.CancelAsync();
        await Task.WhenAll(here.Select(h => h.Work));
    }

    private (Task Work, CancellationTokenSource Leave) Come()
    {
        var leave = new CancellationTokenSource();
        var name = $"comes-{++Came}";
        // Some give the unit in hand up at once, others finish it.
        var wish = new WorkerWish(name, Offering.Unknown, 1, Roams: true, IsLeashed: false, TimeSpan.FromSeconds(random.Next(2) * 10));
        var seed = random.Next();
        return (Task.Run(() => WorkAsync(wish, seed, leave.Token)), leave);
    }

    private async Task WorkAsync(WorkerWish wish, int seed, CancellationToken leave)
    {
        await using var engine = await openAsync();
        using var workers = new RunWorkers(engine, 1, new Silence(), _ => { });
        await using var presence = workers.PresenceOf(wish);
        await presence.ArriveAsync();
        await new RoamingWorker(new RunStore(engine.Database), (run, drain) => workers.WorkAsync(run, wish, presence, drain), _ => { }, engine.Clock,
            new Random(seed)).RunAsync(leave);
    }

    private sealed class Silence : IRunLog
    {
        public void Write(RunEvent happened)
        {
        }
    }
}
