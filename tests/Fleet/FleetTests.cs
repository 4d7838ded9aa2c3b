using System.Globalization;
using BatchEngine.Fleet.Faults;
using BatchEngine.Fleet.Lookups;
using BatchEngine.Fleet.Network;
using BatchEngine.Fleet.Nights;
using BatchEngine.Host.Tests.EndToEnd;
using BatchEngine.TestKit.Folders;

namespace BatchEngine.Fleet;

/// <summary>Nights of a whole fleet on this machine, with hosts that are killed, stopped and cut off, under look-ups.</summary>
public sealed class FleetTests
{
    private const int Customers = 800_000, Callers = 3, KnownKeys = 500, EverySeconds = 15;
    private static readonly TimeSpan s_faultsWithin = TimeSpan.FromSeconds(6);

    // More where somebody has an hour: BATCHENGINE_FLEET_SEEDS=1-200.
    private static readonly string s_seeds = Environment.GetEnvironmentVariable("BATCHENGINE_FLEET_SEEDS") ?? "1-3";

    [Fact]
    public async Task Nights_WithHostsKilledPausedAndCutOff_AreTheUndisturbedNight()
    {
        Assert.SkipWhen(FleetNetwork.WhyNot() is not null, FleetNetwork.WhyNot() ?? "");
        var ct = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        var undisturbed = await UndisturbedAsync(folder);
        await using var rig = await FleetRig.StartAsync(folder, folder["customers/2026-11-01/*.parquet"], EverySeconds);
        TestContext.Current.SendDiagnosticMessage($"the bytes lie in {rig.StoreName}");
        var storm = new FleetStorm(rig);
        var runs = new List<(string Run, string Told)> { (await storm.NightAsync([], ct), "without faults") };
        await storm.ServedAsync(ct);
        var known = undisturbed.Rows.Take(KnownKeys).ToDictionary(r => r.Key, r => PredictionOf(r.Value));
        await using (var load = new LookupLoad(rig.Routers, known, Callers))
        {
            foreach (var seed in Seeds())
            {
                var faults = FaultSchedule.Of(seed, rig.Hosts, s_faultsWithin, FleetRig.Lease);
                var told = string.Create(CultureInfo.InvariantCulture, $"seed {seed} ({string.Join("; ", faults)})");
                TestContext.Current.SendDiagnosticMessage(told);
                runs.Add((await storm.NightAsync(faults, ct), told));
            }
            Assert.True(load.Failures.IsEmpty, string.Join('\n', load.Failures));
            Assert.True(load.Answered > 0);
        }
        var snapshots = await storm.AskAsync("snapshots", "list");
        foreach (var (run, told) in runs)
            NightResult.Read(snapshots, run, rig.Outputs).MustBe(undisturbed, $"{run}, {told}");
        Assert.All(await rig.LeaveAsync(), code => Assert.True(code.Value == 0, $"{code.Key} left with {code.Value}"));
        Assert.Empty(await rig.StrayBlobsAsync(ct));
        Assert.False((await storm.AskAsync("cost", "verify")).GetProperty("isWrong").GetBoolean());
    }

    private static IEnumerable<int> Seeds()
    {
        var ends = s_seeds.Split('-').Select(s => int.Parse(s, NumberStyles.None, CultureInfo.InvariantCulture)).ToArray();
        return Enumerable.Range(ends[0], ends[^1] - ends[0] + 1);
    }

    private static async Task<NightResult> UndisturbedAsync(TemporaryFolder folder)
    {
        await MustEndAsync("sample", "--rows", Customers.ToString(CultureInfo.InvariantCulture), "--days", "1", "--out", folder["customers"]);
        var job = folder["undisturbed/night.yaml"];
        FleetJob.Write(job, folder["customers/2026-11-01/*.parquet"], $"{folder["undisturbed/out"]}/{{run}}", everySeconds: 0, "inProcess");
        await MustEndAsync("run", job, "--as-of", "2026-11-01T02:00:00Z", "--data", folder["undisturbed/data"]);
        var listed = await ProgramRun.RunAsync("snapshots", "list", "--json", "--data", folder["undisturbed/data"]);
        return NightResult.Read(listed.Json(), $"{FleetJob.Name}_20261101T020000Z", folder["undisturbed/out"]);
    }

    private static async Task MustEndAsync(params string[] words)
    {
        var run = await ProgramRun.RunAsync(words);
        Assert.True(run.ExitCode == 0, $"{string.Join(' ', words)}: {run.ExitCode} {run.Output} {run.Errors}");
    }

    // customer_id|country|plan|churn|churn_probability_0|churn_probability_1|model_version
    private static float PredictionOf(string row) => float.Parse(row.Split('|')[5], CultureInfo.InvariantCulture);
}
