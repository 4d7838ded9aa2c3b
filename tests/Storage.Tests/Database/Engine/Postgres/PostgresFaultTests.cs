using BatchEngine.Domain;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Engine.Postgres;
using BatchEngine.Storage.Database.Leases;
using BatchEngine.Storage.Database.Ledger;
using BatchEngine.Storage.Database.Runs;
using BatchEngine.Storage.Database.Transactions;
using BatchEngine.TestKit.Postgres;

namespace BatchEngine.Storage.Tests.Database.Engine.Postgres;

/// <summary>A server and a way to it that fail in the middle of a write: nothing is lost, nothing is done twice.</summary>
public sealed class PostgresFaultTests(PostgresFaultTests.OwnServer own) : IClassFixture<PostgresFaultTests.OwnServer>, IAsyncLifetime
{
    private const string Value = "SELECT value FROM counters WHERE name = 'snapshot'";
    private PostgresServer _server = null!;
    private CuttingProxy _proxy = null!;
    private StateDatabase _database = null!;
    private string _name = "";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await own.ServerAsync();
        _name = await _server.CreateEmptyAsync();
        _proxy = new CuttingProxy(_server.Port);
        _database = await StateDatabase.OpenAsync(_server.ConnectionString(_name, _proxy.Port), TimeProvider.System, Ct);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is null)
            return;
        await _database.DisposeAsync();
        await _proxy.DisposeAsync();
        await _server.DropAsync(_name);
    }

    [Theory]
    [InlineData(ProxyCut.AfterItArrived)]
    [InlineData(ProxyCut.BeforeItArrived)]
    [InlineData(ProxyCut.BeforeItArrivedAndTheServerDoesNotNotice)]
    public async Task Commit_WhoseAnswerIsLost_IsDoneOnce(ProxyCut cut)
    {
        foreach (var isolation in new[] { Isolation.Serializable, Isolation.RowLocks })
        {
            var before = await NumberAsync(Value);
            _proxy.CutAt("COMMIT", cut);
            Assert.Equal(before + 1, await _database.WriteAsync(tx => tx.NextAsync("snapshot"), isolation, Ct));
            Assert.Equal(before + 1, await NumberAsync(Value));
        }
        Assert.Equal(2, _proxy.Cuts);
    }

    [Theory]
    [InlineData(ProxyCut.AfterItArrived)]
    [InlineData(ProxyCut.BeforeItArrived)]
    public async Task Append_WhoseAnswerIsLost_DoublesNoDecisionAndNoCount(ProxyCut cut)
    {
        var decision = new Decision(null, Samples.Night, DecisionSubject.Schedule, "a", "b");
        _proxy.CutAt("COMMIT", cut);
        await new DecisionStore(_database).AppendAsync(decision, Ct);
        var count = new AnswerCount("churn", Samples.Night, AnswerSource.Snapshot, RouteReason.Fresh, 7);
        _proxy.CutAt("COMMIT", cut);
        await new AnswerStore(_database).AddAsync("router", 1, count, Ct);
        Assert.Equal(2, _proxy.Cuts);
        Assert.Equal([decision], await new DecisionStore(_database).ListAsync(null, Ct));
        Assert.Equal(7, Assert.Single(await new AnswerStore(_database).ListAsync(Samples.Night, Samples.Night.AddHours(1), Ct)).Count);
    }

    [Fact]
    public async Task Commit_WhoseServerStaysAway_SaysThatItCannotBeTold()
    {
        await using var engine = new PostgresEngine(PostgresPlace.Parse(_server.ConnectionString(_name, _proxy.Port)), TimeProvider.System,
            new PostgresPatience(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(2)));
        await engine.ConnectAsync(Ct);
        var failed = Record.ExceptionAsync(() => engine.WriteAsync(async tx =>
        {
            var next = await tx.NextAsync("snapshot");
            _proxy.CutAt("COMMIT", ProxyCut.AfterItArrived);
            _proxy.StopListening();
            return next;
        }, Isolation.Serializable, Ct));
        var told = Assert.IsType<StorageFailedException>(await failed);
        Assert.True(told.IsTransient);
        Assert.Contains("did not come back to say whether it was", told.Message);
        Assert.DoesNotContain("not-to-be-shown", told.ToString());
    }

    [Fact]
    public async Task Session_KilledAtAnyStepOfAWrite_IsDoneOnce()
    {
        for (var step = 0; step < 5; step++)
        {
            var (kills, before) = (0, await NumberAsync(Value));
            var number = await _database.WriteAsync(async tx =>
            {
                long next = 0;
                for (var at = 0; at < 5; at++)
                {
                    if (at == step && kills++ == 0)
                        await _server.ExecuteAsync(_name, $"SELECT pg_terminate_backend({await tx.NumberAsync("SELECT pg_backend_pid()")})");
                    if (at == 2)
                        next = await tx.NextAsync("snapshot");
                    await tx.NumberAsync("SELECT 1");
                }
                return next;
            }, Ct);
            Assert.Equal((2, before + 1, before + 1), (kills, number, await NumberAsync(Value)));
        }
    }

    [Fact]
    public async Task Server_RestartedInTheMiddleOfAWriteAndOfARead_IsGoneOnWith()
    {
        var restarts = 0;
        var number = await _database.WriteAsync(async tx =>
        {
            var next = await tx.NextAsync("snapshot");
            if (restarts++ == 0)
                await RestartAsync();
            return next;
        }, Ct);
        Assert.Equal((2, 1L, 1L), (restarts, number, await NumberAsync(Value)));
        await RestartAsync();
        Assert.Equal(1, await NumberAsync(Value));
    }

    [Fact]
    public async Task Server_CrashingUnderLoad_LosesAndDoublesNothing()
    {
        const int Writers = 6;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var writers = Enumerable.Range(0, Writers).Select(w => Task.Run(async () =>
        {
            var numbers = new List<long>();
            while (!end.IsCancellationRequested)
                numbers.Add(await _database.WriteAsync(tx => tx.NextAsync("snapshot"), w % 2 == 0 ? Isolation.RowLocks : Isolation.Serializable, Ct));
            return numbers;
        }, Ct)).ToList();
        for (var crash = 0; crash < 3; crash++)
        {
            await Task.Delay(400, Ct);
            await _server.CrashAsync();
            await _server.StartAgainAsync();
        }
        await Task.Delay(400, Ct);
        await end.CancelAsync();
        var all = (await Task.WhenAll(writers)).SelectMany(n => n).Order().ToList();
        Assert.True(all.Count > Writers * 3, $"only {all.Count} writes");
        Assert.Equal(Enumerable.Range(1, all.Count).Select(n => (long)n), all);
        Assert.Equal(all.Count, await NumberAsync(Value));
    }

    [Fact]
    public async Task Statements_PreparedAndForgottenByTheServer_ArePreparedAgain()
    {
        await using var database = await StateDatabase.OpenAsync(
            $"{_server.ConnectionString(_name)};Max Auto Prepare=20;Auto Prepare Min Usages=2;Maximum Pool Size=1", TimeProvider.System, Ct);
        for (var i = 0; i < 4; i++)
            await database.WriteAsync(tx => tx.NextAsync("snapshot"), Ct);
        Assert.True(await database.ReadAsync(tx => tx.NumberAsync("SELECT COUNT(*) FROM pg_prepared_statements"), Ct) > 0);
        await database.ReadAsync(tx => tx.ExecuteAsync("DEALLOCATE ALL"), Ct);
        Assert.Equal(5, await database.WriteAsync(tx => tx.NextAsync("snapshot"), Ct));
    }

    [Fact]
    public async Task Connections_AllTaken_AreWaitedForAndThenToldHowToGetMore()
    {
        await _server.ExecuteAsync("postgres", "DROP ROLE IF EXISTS guest; CREATE ROLE guest LOGIN PASSWORD 'g' CONNECTION LIMIT 1");
        await _server.ExecuteAsync(_name, "GRANT ALL ON ALL TABLES IN SCHEMA public TO guest");
        var place = $"Host=127.0.0.1;Port={_server.Port};Database={_name};Username=guest;Password=g";
        await using var first = await StateDatabase.OpenAsync(place, TimeProvider.System, Ct);
        var held = new TaskCompletionSource();
        var holder = first.ReadAsync(async _ =>
        {
            await held.Task;
            return 0;
        }, Ct);
        var refused = await Assert.ThrowsAsync<StorageFailedException>(() => StateDatabase.OpenAsync(place, TimeProvider.System, Ct));
        Assert.True(refused.IsTransient);
        Assert.Contains("53300", refused.Message);
        Assert.Contains("max_connections", refused.Message);
        var waiting = StateDatabase.OpenAsync(place, TimeProvider.System, Ct);
        await Task.Delay(300, Ct);
        held.SetResult();
        await holder;
        await first.DisposeAsync();
        await (await waiting).DisposeAsync();
    }

    [Fact]
    public async Task Lease_TakenWhileTheWayIsCut_IsHeldByOneWorkerAtATime()
    {
        var run = await Samples.OpenRunAsync(_database, Samples.Plan(shards: 3));
        var granted = new List<LeaseOutcome.Granted>();
        for (var i = 0; i < 3; i++)
        {
            _proxy.CutAt("COMMIT", i == 1 ? ProxyCut.BeforeItArrived : ProxyCut.AfterItArrived);
            granted.Add(Assert.IsType<LeaseOutcome.Granted>(await new ClaimStore(_database).TryAcquireAsync(run, $"w{i}", TimeSpan.FromMinutes(1), Ct)));
        }
        Assert.Equal([0, 1, 2], granted.Select(g => g.Lease.ShardIndex));
        Assert.All(granted, g => Assert.Equal(1, g.Lease.Fence.Value));
        _proxy.CutAt("COMMIT", ProxyCut.AfterItArrived);
        await new ReceiptStore(_database).CommitAsync(granted[0].Lease, Samples.Receipt(granted[0].Lease, 100), Ct);
        Assert.Equal(1, await new ReceiptStore(_database).CountAsync(run, Ct));
    }

    private async Task RestartAsync()
    {
        await _server.StopAsync();
        await _server.StartAgainAsync();
    }

    private Task<long?> NumberAsync(string sql) => _database.ReadAsync(tx => tx.NumberAsync(sql), Ct);

    /// <summary>One server for these tests alone, since they stop it.</summary>
    public sealed class OwnServer : IAsyncLifetime
    {
        private PostgresServer? _server;

        public async Task<PostgresServer> ServerAsync() => _server ??= await PostgresServer.StartAsync();

        public ValueTask InitializeAsync() => ValueTask.CompletedTask;

        public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;
    }
}
