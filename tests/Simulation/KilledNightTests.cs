using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Host.Composition;
using BatchEngine.Host.Configuration;
using BatchEngine.Host.Terminal;
using BatchEngine.Scheduler.Runs;
using BatchEngine.Storage.Database.Ledger;
using BatchEngine.Storage.Database.Snapshots;
using BatchEngine.TestKit.Databases;
using BatchEngine.TestKit.Folders;

namespace BatchEngine.Simulation;

/// <summary>
/// Nights of the whole engine, copied at seeded moments between two durable writes and gone on with from each copy, as after a kill: no code of the first
/// process runs in it any more. Invariants I1 to I6, I8, I10 and I12 must hold of each copy as it is, and after it was gone on with. Replay one with: dotnet
/// run --project tests/Simulation -- --filter-class "*KilledNightTests".
/// </summary>
public sealed class KilledNightTests : IDisposable
{
    private const int Nights = 2;
    private const int MaxCopies = 14;
    private static readonly DateTimeOffset s_first = new(2026, 11, 1, 2, 0, 0, TimeSpan.Zero);
    private readonly TemporaryFolder _folder = new();
    private readonly HeardClock _clock = new();
    private readonly Lock _lock = new();
    private readonly List<(string Folder, int Night)> _copies = [];
    private int _night;
    private string _last = "";

    [Theory]
    [InlineData(1, true)]
    [InlineData(20261123, true)]
    [InlineData(3, false)]
    public async Task Nights_KilledAtSeededMoments_KeepEveryInvariantAndPublishTheSameBytes(int seed, bool priced)
    {
        var table = new ChangingTable(_folder["table"], seed, hasTextKeys: seed % 2 == 0);
        await table.CreateAsync();
        Directory.CreateDirectory(_folder["no-prices"]);
        var calm = new List<IReadOnlyList<ulong>>();
        await using (var engine = await OpenAsync(_folder["data"], priced))
        {
            var random = new Random(seed);
            _clock.Asked = () => Copy(random);
            for (_night = 0; _night < Nights; _night++)
                calm.Add(await SegmentsAsync(engine, await RunAsync(engine, table.Glob, _night)));
            _clock.Asked = () => { };
            await new NightInvariants(engine, $"seed {seed}, undisturbed").MustHoldAsync();
        }

        Assert.True(_copies.Count >= MaxCopies / 2, $"seed {seed}: only {_copies.Count} copies, so that little was tested");
        foreach (var (copy, night) in _copies)
            await GoOnAsync(copy, night, table.Glob, calm, priced, $"seed {seed}, {Path.GetFileName(copy)}");
    }

    public void Dispose() => _folder.Dispose();

    private async Task GoOnAsync(string copy, int night, string input, List<IReadOnlyList<ulong>> calm, bool priced, string where)
    {
        await using var engine = await OpenAsync(copy, priced);
        await new NightInvariants(engine, $"{where}, as it was left").MustHoldAsync();
        var posted = await new LedgerStore(engine.Database).ListAsync(new LedgerFilter(), CancellationToken.None);

        // The first process lives on in this test, so its leases end by time, which has passed.
        await engine.Database.ExecuteSqlAsync("UPDATE leaders SET expires_at = 0; UPDATE leases SET expires_at = 0; UPDATE seal_units SET expires_at = 0;",
            CancellationToken.None);
        for (; night < Nights; night++)
            Assert.True(calm[night].SequenceEqual(await SegmentsAsync(engine, await RunAsync(engine, input, night))), $"I4 is broken, {where}: other bytes");

        await new NightInvariants(engine, $"{where}, after it was gone on with").MustHoldAsync();
        var ledger = await new LedgerStore(engine.Database).ListAsync(new LedgerFilter(), CancellationToken.None);
        Assert.True(posted.All(ledger.Contains), $"I5 is broken, {where}: an entry changed");
        Assert.True(ledger.All(e => e.Cost.HasValue == priced), $"I6 is broken, {where}: a cost without a price");
    }

    private static async Task<IReadOnlyList<ulong>> SegmentsAsync(Engine engine, RunId run) =>
        [.. (await new SnapshotStore(engine.Database).FindOfRunAsync(run, CancellationToken.None))!.Snapshot.Segments.Select(s => s.Artifact.Checksum)];

    private async Task<RunId> RunAsync(Engine engine, string input, int night)
    {
        var job = new ScoringJob("killed", [input], "id", [], new ModelReference.ByFile(Path.Combine(AppContext.BaseDirectory, "Fixtures", "network.onnx")),
            FeatureSpec.AsIs(["f0", "f1", "f2", "f3"]), _folder["output"], 2, WorkerMode.InProcess, 30, 100, new RejectBudget(10_000, 1),
            DuplicateKeyPolicy.LastWins, DriftRule.Default, ServingContract.Default("killed"), null, null, null, "tests")
        { ReusesUnchanged = night > 0 };
        var run = new RunId("killed", s_first.AddDays(night));
        var outcome = await engine.Jobs.RunAsync(job, run, null, CancellationToken.None);
        Assert.True(outcome is RunOutcome.Published or RunOutcome.AlreadyEnded { Record.State: RunState.Published }, outcome.ToString());
        return run;
    }

    private Task<Engine> OpenAsync(string data, bool priced) => Engine.OpenAsync(EngineConfiguration.In(data) with
    {
        PricesDirectory = priced ? ShippedFiles.PathOf("config/prices") : _folder["no-prices"],
        LeaseTtl = TimeSpan.FromSeconds(3),
    }, _clock, new Screen(json: true, verbose: false), CancellationToken.None);

    // The database and its log first: what its rows name is on the disk by then. One distinct state in some is kept.
    private void Copy(Random random)
    {
        lock (_lock)
        {
            var data = _folder["data"];
            var now = string.Join('\n', new DirectoryInfo(data).EnumerateFiles("*", SearchOption.AllDirectories)
                .Where(f => !f.Name.EndsWith("-shm", StringComparison.Ordinal)).OrderBy(f => f.FullName, StringComparer.Ordinal)
                .Select(f => string.Create(CultureInfo.InvariantCulture, $"{f.FullName} {f.Length} {f.LastWriteTimeUtc.Ticks}")));
            if (now == _last || random.Next(6) != 0 || _copies.Count(c => c.Night == _night) >= MaxCopies / Nights)
                return;
            _last = now;
            var target = _folder[string.Create(CultureInfo.InvariantCulture, $"copy-{_copies.Count}")];
            _copies.Add((target, _night));
            foreach (var file in new[] { "batchengine.db", "batchengine.db-wal" }.Select(f => Path.Combine(data, f))
                .Concat(Directory.EnumerateFiles(Path.Combine(data, "blobs"), "*", SearchOption.AllDirectories)))
            {
                var path = Path.Combine(target, Path.GetRelativePath(data, file));
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                try
                {
                    File.Copy(file, path);
                }
                catch (FileNotFoundException)
                {
                    // A temporary file that got its name since, which no row of the copy names yet.
                }
            }
        }
    }
}
