using BatchEngine.Domain;
using BatchEngine.Storage.Snapshots;

namespace BatchEngine.Router.Tests.Lookup;

public sealed class SnapshotCatalogTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Refresh_AfterAPublicationAndARollback_SwapsAndLetsTheOldDrain()
    {
        await using var world = await RouterWorld.CreateAsync();
        var first = await world.PublishAsync(0, RouterWorld.Row(7, 1));
        Assert.True(await world.Catalog.RefreshAsync(Ct));
        Assert.False(await world.Catalog.RefreshAsync(Ct));
        var old = Reader(world);
        await world.PublishAsync(1, RouterWorld.Row(7, 2));
        Assert.True(old.TryAcquire());
        await world.Catalog.RefreshAsync(Ct);
        Assert.Equal(2, await ScoreAsync(world));
        Assert.False(old.Drained.IsCompleted);
        old.Release();
        Assert.True(old.Drained.IsCompleted);
        await world.Store.RollbackAsync("churn", Ct);
        await world.Catalog.RefreshAsync(Ct);
        Assert.Equal(1, await ScoreAsync(world));
        Assert.Equal(first.Id, Reader(world).Info.Id);
    }

    [Fact]
    public async Task Refresh_WithADamagedNewSnapshot_KeepsTheOldSaysSoAndRecovers()
    {
        await using var world = await RouterWorld.CreateAsync();
        await world.PublishAsync(0, RouterWorld.Row(7, 1));
        await world.Catalog.RefreshAsync(Ct);
        var next = await world.SealAsync(1, RouterWorld.Row(7, 2));
        var path = world.Blobs.LocalPath(next.Segments[1].Artifact.BlobName)!;
        var intact = await File.ReadAllBytesAsync(path, Ct);
        var damaged = (byte[])intact.Clone();
        damaged[200] ^= 1;
        await File.WriteAllBytesAsync(path, damaged, Ct);
        await world.Store.PublishAsync(next.Id, Ct);
        await world.Catalog.RefreshAsync(Ct);
        Assert.Equal(1, await ScoreAsync(world));
        var problem = Assert.Single(world.Catalog.Problems);
        Assert.Contains($"snapshot {next.Id} cannot be served", problem);

        await File.WriteAllBytesAsync(path, intact, Ct);
        Assert.False(await world.Catalog.RefreshAsync(Ct)); // not read again before its time
        world.Clock.Advance(Router.Lookup.SnapshotCatalog.RetryInterval);
        Assert.True(await world.Catalog.RefreshAsync(Ct));
        Assert.Equal(2, await ScoreAsync(world));
        Assert.Empty(world.Catalog.Problems);
    }

    [Fact]
    public async Task Refresh_AfterAContractChange_JudgesByTheNewContractWithTheSameMapping()
    {
        await using var world = await RouterWorld.CreateAsync();
        await world.PublishAsync(0, RouterWorld.Row(7, 1));
        await world.Catalog.RefreshAsync(Ct);
        var reader = Reader(world);
        await world.ContractAsync(ServingContract.Default("churn") with { MaxAge = TimeSpan.FromMinutes(1) });
        await world.Catalog.RefreshAsync(Ct);
        Assert.Same(reader, Reader(world));
        Assert.Equal(RouteReason.Stale, Assert.IsType<RouteDecision.Degraded>(await world.Sut.RouteAsync("churn", "7", null, Ct)).Reason);
    }

    [Fact]
    public async Task Dispose_UnmapsWhatIsServed()
    {
        await using var world = await RouterWorld.CreateAsync();
        await world.PublishAsync(0, RouterWorld.Row(7, 1));
        await world.Catalog.RefreshAsync(Ct);
        var reader = Reader(world);
        await world.Catalog.DisposeAsync();
        Assert.True(reader.Drained.IsCompleted);
        Assert.Null(world.Catalog.Find("churn"));
    }

    [Fact]
    public async Task Swap_WhileLookUpsRun_EveryAnswerIsOneSnapshotsAndOldMappingsGo()
    {
        await using var world = await RouterWorld.CreateAsync();
        // In snapshot n every key says n: an answer whose score and provenance differ was torn.
        var rounds = Enumerable.Range(0, 6).ToList();
        var ids = new Dictionary<long, float>();
        foreach (var day in rounds)
            ids[(await world.SealAsync(day, [.. Enumerable.Range(0, 10).Select(k => RouterWorld.Row(k, day))])).Id] = day;
        await world.Store.PublishAsync(ids.Keys.Min(), Ct);
        await world.Catalog.RefreshAsync(Ct);
        using var stop = new CancellationTokenSource();
        long answers = 0;
        var lookers = Enumerable.Range(0, 3).Select(t => Task.Factory.StartNew(
            () =>
            {
                for (var i = t; !stop.IsCancellationRequested; i++)
                {
                    var decision = world.Sut.RouteAsync("churn", $"{i % 10}", null, CancellationToken.None);
                    var hit = Assert.IsType<RouteDecision.Hit>(decision.Result);
                    Assert.Equal(ids[hit.Provenance.SnapshotId!.Value], hit.Prediction.Outputs[0]);
                    Interlocked.Increment(ref answers);
                }
            },
            Ct,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)).ToList();
        var seen = new List<SnapshotReader> { Reader(world) };
        for (var swap = 0; swap < 30; swap++)
        {
            await world.Store.PublishAsync(ids.Keys.Min() + ((swap + 1) % rounds.Count), Ct);
            await world.Catalog.RefreshAsync(Ct);
            seen.Add(Reader(world));
        }

        await stop.CancelAsync();
        await Task.WhenAll(lookers);
        Assert.True(Interlocked.Read(ref answers) > 0);
        Assert.Equal(31, seen.Distinct().Count());
        Assert.All(seen.SkipLast(1), old => Assert.True(old.Drained.IsCompleted));
        Assert.False(seen[^1].Drained.IsCompleted);
    }

    private static SnapshotReader Reader(RouterWorld world) => world.Catalog.Find("churn")!.Reader!;

    private static async Task<float> ScoreAsync(RouterWorld world) => Assert.IsType<RouteDecision.Hit>(await world.Sut.RouteAsync("churn", "7", null, Ct)).Prediction.Outputs[0];
}
