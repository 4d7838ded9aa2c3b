using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Leases;
using CsCheck;

namespace BatchEngine.Storage.Tests.Database.Leases;

/// <summary>Several openings of one file race for the shards of a run, in threads and in processes (I1, fences strictly increase).</summary>
public sealed class LeaseRaceTests : IDisposable
{
    private const string ChildFile = "BATCHENGINE_TEST_RACE_FILE";
    private const string ChildSeed = "BATCHENGINE_TEST_RACE_SEED";
    private const int Shards = 12;

    // Enough that neither process is done before the other has begun, however slowly that starts.
    private const int ManyShards = 300;
    private readonly SqliteFile _file = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _file.Dispose();

    [Fact]
    public async Task Instances_RacingInThreads_NeverShareAFenceOrAReceipt()
    {
        await using var one = await _file.OpenAsync(TimeProvider.System);
        await using var two = await _file.OpenAsync(TimeProvider.System);
        var (day, takeovers) = (0, 0);
        await Gen.Int[1, 1_000_000].SampleAsync(async seed =>
        {
            var run = await Samples.OpenRunAsync(one, Samples.Plan(Samples.Run(day: day++), Shards));
            var lines = await Task.WhenAll(LeaseRace.RunAsync(one, run, "a", seed, 2), LeaseRace.RunAsync(two, run, "b", seed + 100, 2));
            takeovers += LeaseRace.Check([.. lines.SelectMany(l => l)], await new ReceiptStore(two).ListAsync(run, Ct), Shards);
        }, iter: 5, threads: 1);
        // One race of twelve shards may end without a takeover by chance; five do not.
        Assert.True(takeovers > 0, "the races must have taken shards over");
    }

    [Fact]
    public async Task Processes_RacingOnOneFile_NeverShareAFenceOrAReceipt()
    {
        await using var database = await _file.OpenAsync(TimeProvider.System);
        var run = await Samples.OpenRunAsync(database, Samples.Plan(shards: ManyShards));
        using var child = ChildTest.Start(nameof(Child_Race_Runs), (ChildFile, _file.FilePath), (ChildSeed, "77"));
        await child.ReadyAsync(_file.FilePath + ".ready", Ct);
        var ours = await LeaseRace.RunAsync(database, run, "parent", 11, 2);
        await child.EndAsync(Ct);
        var theirs = await File.ReadAllLinesAsync(_file.FilePath + ".lines", Ct);
        Assert.NotEmpty(theirs);
        Assert.True(LeaseRace.Check([.. ours, .. theirs], await new ReceiptStore(database).ListAsync(run, Ct), ManyShards) > 0,
            "the race must have taken shards over");
    }

    [Fact]
    public async Task Child_Race_Runs()
    {
        if (Environment.GetEnvironmentVariable(ChildFile) is not { } path)
        {
            Assert.Skip("NeedsParent: this is the second process of another test.");
            return;
        }
        await using var database = await StateDatabase.OpenAsync(path, TimeProvider.System, Ct);
        var isReady = 0;
        var lines = await LeaseRace.RunAsync(database, Samples.Run(), "child", int.Parse(Environment.GetEnvironmentVariable(ChildSeed)!), 2, () =>
        {
            // The parent joins a race that is on; waiting for a mere start let it win alone on a busy machine.
            if (Interlocked.Exchange(ref isReady, 1) == 0)
                File.WriteAllText(path + ".ready", "");
        });
        await File.WriteAllLinesAsync(path + ".lines", lines, Ct);
    }
}
