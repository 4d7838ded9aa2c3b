using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Leases;
using BatchEngine.Storage.Database.Runs;

namespace BatchEngine.Benchmarks.Traffic;

/// <summary>What many workers ask of one database: leases, renewals, checkpoints and receipts through the stores, with waiting in the place of scoring. All
/// workers live in this process and share its connections, as behind a pooler.</summary>
public static class TrafficBench
{
    private const int ShardsEach = 3, RowsPerShard = 8_000_000, UnitsPerCheckpoint = 8;
    private static readonly TimeSpan s_shard = TimeSpan.FromSeconds(20), s_checkpoint = TimeSpan.FromSeconds(2.5), s_renew = TimeSpan.FromSeconds(10),
        s_life = TimeSpan.FromSeconds(30);

    /// <summary>Runs the benchmark.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> words)
    {
        var (place, sizes) = ("", new[] { 64, 1_000 });
        for (var i = 0; i + 1 < words.Count; i += 2)
        {
            (place, sizes) = words[i] switch
            {
                "--database" => (words[i + 1], sizes),
                "--workers" => (place, [.. words[i + 1].Split(',').Select(w => int.Parse(w, CultureInfo.InvariantCulture))]),
                _ => throw new BadInputException("command line", words[i], "--database or --workers", "Correct the word."),
            };
        }

        await using var database = await StateDatabase.OpenAsync(place, TimeProvider.System, CancellationToken.None);
        await MeasureAsync(database, 8, warm: true);
        var figures = new List<TrafficFigures>();
        foreach (var workers in sizes)
            figures.Add(await MeasureAsync(database, workers, warm: false));
        foreach (var f in figures)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{f.Workers,6} workers {f.Seconds,7:0.0} s {f.WritesPerSecond,8:0.0} writes/s   waiting {f.WaitingShare,7:0.000 %} of the workers' time   "
                + $"ms: median {f.MedianMs:0.0}, 99 % {f.P99Ms:0.0}, longest {f.LongestMs:0}; {f.LostLeases} leases lost"));
        BenchResults.Save("traffic.json", $"traffic --database Host=... --workers {string.Join(',', sizes)}", figures, figures);
        return 0;
    }

    private static async Task<TrafficFigures> MeasureAsync(StateDatabase database, int workers, bool warm)
    {
        var plan = TrafficPlan.Of(workers * (warm ? 1 : ShardsEach), RowsPerShard);
        await new RunStore(database).CreateAsync(plan, CancellationToken.None);
        var lead = ((LeadOutcome.Taken)await new LeadStore(database).TryTakeAsync(plan.Run, "benchmark", TimeSpan.FromHours(1), CancellationToken.None)).Lead;
        await new RunStore(database).MoveAsync(lead, RunState.Planned, RunState.Scoring, "", null, CancellationToken.None);
        var waits = new ConcurrentBag<double>();
        var lost = new ConcurrentBag<int>();
        var started = Stopwatch.GetTimestamp();
        var lives = await Task.WhenAll(Enumerable.Range(0, workers).Select(i => Task.Run(() => LiveAsync(database, plan, $"w{i}", waits, lost, warm))));
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        if (await new ReceiptStore(database).CountAsync(plan.Run, CancellationToken.None) != plan.Shards.Count)
            throw new InvalidOperationException("A shard has no receipt.");
        await new RunStore(database).MoveAsync(lead, RunState.Scoring, RunState.Failed, "measured", null, CancellationToken.None);
        var sorted = waits.Order().ToArray();
        return new TrafficFigures(workers, seconds, sorted.Length / seconds, sorted.Sum() / lives.Sum(), 1000 * sorted[sorted.Length / 2],
            1000 * sorted[(int)(sorted.Length * 0.99)], 1000 * sorted[^1], lost.Count);
    }

    // Gives how long the worker lived, in seconds.
    private static async Task<double> LiveAsync(StateDatabase database, RunPlan plan, string worker, ConcurrentBag<double> waits,
        ConcurrentBag<int> lost, bool warm)
    {
        var (claims, receipts) = (new ClaimStore(database), new ReceiptStore(database));
        var born = Stopwatch.GetTimestamp();

        // Nobody starts at the same instant as all others.
        await Task.Delay((warm ? TimeSpan.Zero : s_checkpoint) * (worker.GetHashCode(StringComparison.Ordinal) & 1023) / 1024);
        while (true)
        {
            switch (await TimedAsync(() => claims.TryAcquireAsync(plan.Run, worker, s_life, CancellationToken.None)))
            {
                case LeaseOutcome.Granted granted:
                    try
                    {
                        await WorkAsync(granted.Lease);
                    }
                    catch (FenceLostException)
                    {
                        lost.Add(granted.Lease.ShardIndex); // The database was slower than a lease lives: another has the shard.
                    }
                    break;
                case LeaseOutcome.NoneFree when !lost.IsEmpty:
                    await Task.Delay(s_checkpoint);
                    break;
                default:
                    return Stopwatch.GetElapsedTime(born).TotalSeconds;
            }
        }

        async Task WorkAsync(Lease lease)
        {
            var (steps, renewEvery) = (warm ? 2 : (int)(s_shard / s_checkpoint), (int)(s_renew / s_checkpoint));
            for (var step = 1; step < steps; step++)
            {
                await Task.Delay(warm ? TimeSpan.FromMilliseconds(50) : s_checkpoint);
                if (step % renewEvery == 0)
                    await TimedAsync(() => claims.RenewAsync(lease, s_life, CancellationToken.None));
                await TimedAsync(async () =>
                {
                    await receipts.CheckpointAsync(lease, TrafficPlan.Done(lease, step, steps, RowsPerShard, UnitsPerCheckpoint), CancellationToken.None);
                    return true;
                });
            }
            await Task.Delay(warm ? TimeSpan.FromMilliseconds(50) : s_checkpoint);
            await TimedAsync(async () =>
            {
                await receipts.CommitAsync(lease, new ShardReceipt(lease.Run, lease.ShardIndex, lease.Fence,
                    TrafficPlan.Done(lease, steps, steps, RowsPerShard, UnitsPerCheckpoint)), CancellationToken.None);
                return true;
            });
        }

        async Task<T> TimedAsync<T>(Func<Task<T>> ask)
        {
            var asked = Stopwatch.GetTimestamp();
            var answer = await ask();
            waits.Add(Stopwatch.GetElapsedTime(asked).TotalSeconds);
            return answer;
        }
    }
}
