using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Router.Lookup;
using BatchEngine.Storage.Database.Snapshots;

namespace BatchEngine.Router.Tests.Lookup;

public sealed class SnapshotCatalogTests : RouterTestBed
{
    [Fact]
    public async Task Refresh_Published_ServesItFromThatRefreshOn()
    {
        await ServeAsync(Contract);
        Assert.Null(Served());
        var first = await PublishAsync("churn", 0, Row(1, 1));
        Assert.Null(Served());
        Assert.True(await Catalog.RefreshAsync(Ct));
        Assert.Equal(first.Id, Served());
        Assert.False(await Catalog.RefreshAsync(Ct));
        var second = await PublishAsync("churn", 1, Row(1, 2));
        Assert.Equal(first.Id, Served());
        Assert.True(await Catalog.RefreshAsync(Ct));
        Assert.Equal(second.Id, Served());
        Assert.Empty(Catalog.Problems);
    }

    [Fact]
    public async Task Refresh_SealedButNotPublished_IsNotServed()
    {
        await SealAsync("churn", 0, [Row(1, 1)]);
        await ServeAsync(Contract);
        Assert.Null(Served());
    }

    [Fact]
    public async Task Refresh_RolledBack_ServesThePreviousOneAgain()
    {
        var (first, _) = await ServeTwoAsync();
        Assert.Equal(first.Id, (await Snapshots.RollbackAsync("churn", new ByHand("ada", "a test"), Ct))!.Id);
        await Catalog.RefreshAsync(Ct);
        Assert.Equal(first.Id, Served());
        Assert.Equal(1, Assert.IsType<RouteDecision.Hit>(await RouteAsync("1")).Prediction.Outputs[0]);
    }

    [Fact]
    public async Task Refresh_ContractChanged_KeepsTheSnapshotInMemory()
    {
        await ServeTwoAsync();
        var reader = Catalog.Find("churn")!.Reader;
        await ServeAsync(Contract with { Realtime = false });
        Assert.Same(reader, Catalog.Find("churn")!.Reader);
        Assert.False(Catalog.Find("churn")!.Contract.Realtime);
        Assert.False(reader!.Drained.IsCompleted);
    }

    [Fact]
    public async Task Refresh_SeveralNames_EachServesItsOwn()
    {
        var churn = await PublishAsync("churn", 0, Row(1, 1));
        var fraud = await PublishAsync("fraud", 0, Row(1, 2));
        await ServeAsync(Contract);
        await ServeAsync(ServingContract.Default("fraud"));
        Assert.Equal((churn.Id, fraud.Id), (Served(), Served("fraud")));
        Assert.Equal(["churn", "fraud"], Catalog.All.Select(s => s.Contract.Name).Order(StringComparer.Ordinal));
        Assert.Null(Catalog.Find("Churn"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Refresh_SegmentDamaged_KeepsTheOldOneSaysSoAndHeals(bool removed)
    {
        var first = await PublishAsync("churn", 0, Row(1, 1));
        await ServeAsync(Contract);
        var second = await PublishAsync("churn", 1, Row(1, 2));
        var path = Blobs.FileOf(second.Segments[1].Artifact.BlobName);
        var whole = await File.ReadAllBytesAsync(path, Ct);
        Damage(path, whole, removed);
        Assert.True(await Catalog.RefreshAsync(Ct));
        Assert.Equal(first.Id, Served());
        Assert.Equal(1, Assert.IsType<RouteDecision.Hit>(await RouteAsync("1")).Prediction.Outputs[0]);
        var problem = Assert.Single(Catalog.Problems).Text;
        Assert.Contains($"keeps snapshot {first.Id}, snapshot {second.Id} cannot be served", problem);

        await File.WriteAllBytesAsync(path, whole, Ct);
        Clock.Advance(SnapshotCatalog.RetryInterval - TimeSpan.FromMilliseconds(1));
        Assert.False(await Catalog.RefreshAsync(Ct));
        Clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(await Catalog.RefreshAsync(Ct));
        Assert.Equal(second.Id, Served());
        Assert.Empty(Catalog.Problems);
    }

    [Fact]
    public async Task Refresh_FirstSnapshotDamaged_AnswersNothingButHarmsNoOtherName()
    {
        var bad = await PublishAsync("churn", 0, Row(1, 1));
        var good = await PublishAsync("fraud", 0, Row(1, 2));
        var path = Blobs.FileOf(bad.Segments[0].Artifact.BlobName);
        Damage(path, await File.ReadAllBytesAsync(path, Ct), removed: false);
        await ServeAsync(Contract);
        await ServeAsync(ServingContract.Default("fraud"));
        Assert.Equal((null, good.Id), (Served(), Served("fraud")));
        Assert.Contains("'churn' keeps nothing", Assert.Single(Catalog.Problems).Text);
        Assert.Equal(RouteReason.NoSnapshot, Assert.IsType<RouteDecision.Refused>(await RouteAsync("1")).Reason);
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(true, 2)]
    [InlineData(false, 1)]
    public async Task Refresh_CurrentSnapshotDamagedAtAStart_GoesBackWhereTheContractLetsIt(bool fallsBack, int damaged)
    {
        var first = await PublishAsync("churn", 0, Row(1, 1));
        var second = await PublishAsync("churn", 1, Row(1, 2));
        var third = await PublishAsync("churn", 2, Row(1, 3));
        foreach (var bad in new[] { third, second }.Take(damaged))
        {
            var path = Blobs.FileOf(bad.Segments[0].Artifact.BlobName);
            Damage(path, await File.ReadAllBytesAsync(path, Ct), removed: damaged == 2);
        }
        await ServeAsync(Contract with { FallsBack = fallsBack });

        Assert.Equal(!fallsBack ? null : damaged == 1 ? second.Id : first.Id, Served());
        Assert.Contains($"snapshot {third.Id} cannot be served", Assert.Single(Catalog.Problems).Text, StringComparison.Ordinal);
        var repaired = await PublishAsync("churn", 3, Row(1, 4));
        Assert.True(await Catalog.RefreshAsync(Ct));
        Assert.Equal(repaired.Id, Served());
        Assert.Empty(Catalog.Problems);
    }

    [Fact]
    public async Task LookUps_FilesCutWhileServed_AreAnsweredAsBefore()
    {
        var snapshot = await PublishAsync("churn", 0, [.. Enumerable.Range(0, 5_000).Select(k => Row(k, k))]);
        await ServeAsync(Contract);
        foreach (var segment in snapshot.Segments)
        {
            using var file = new FileStream(Blobs.FileOf(segment.Artifact.BlobName), FileMode.Open, FileAccess.Write);
            file.SetLength(0);
        }
        for (var key = 0; key < 5_000; key++)
            Assert.Equal(key, Assert.IsType<RouteDecision.Hit>(await RouteAsync(key.ToString(CultureInfo.InvariantCulture))).Prediction.Outputs[0]);
    }

    [Fact]
    public async Task Refresh_WhileALookUpHoldsTheOldOne_FreesItWhenThatLeaves()
    {
        await PublishAsync("churn", 0, Row(1, 1));
        await ServeAsync(Contract);
        var old = Catalog.Find("churn")!.Reader!;
        Assert.True(old.TryAcquire());
        Clock.Advance(TimeSpan.FromDays(1));
        var second = await PublishAsync("churn", 1, Row(1, 2));
        await Catalog.RefreshAsync(Ct);
        Assert.False(old.Drained.IsCompleted);
        Assert.True(old.TryGet(PredictionKey.Of(1), out var held));
        Assert.Equal(1, held.Outputs[0]);
        Assert.Equal(second.Id, Assert.IsType<RouteDecision.Hit>(await RouteAsync("1")).Provenance.SnapshotId);
        old.Release();
        Assert.True(old.Drained.IsCompletedSuccessfully);
        Assert.False(old.TryAcquire());
    }

    [Fact]
    public async Task Refresh_FailsHalfWay_FreesWhatItHadOpened()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "NeedsLinux: reads what the process holds");
        const int Rounds = 40;
        var churn = await PublishAsync("churn", 0, [.. Enumerable.Range(0, 40_000).Select(k => Row(k, k))]);
        await PublishAsync("fraud", 0, Row(1, 2));
        await ServeAsync(Contract);
        await ServeAsync(ServingContract.Default("fraud"));
        var before = HeldBytes();
        for (var round = 0; round < Rounds; round++)
        {
            await using var other = new SnapshotCatalog(Snapshots, CopiesOf(new BrokenBlobs(Blobs, "segments/fraud")), Clock);
            await Assert.ThrowsAsync<InvalidOperationException>(() => other.RefreshAsync(Ct));
            Assert.Empty(other.All);
        }
        Assert.InRange(HeldBytes() - before, long.MinValue, churn.Segments.Sum(s => s.Artifact.Bytes) * Rounds / 2);
    }

    [Fact]
    public async Task Dispose_Twice_FreesAndRefusesToRefresh()
    {
        await ServeTwoAsync();
        var reader = Catalog.Find("churn")!.Reader!;
        await Catalog.DisposeAsync();
        await Catalog.DisposeAsync();
        Assert.True(reader.Drained.IsCompletedSuccessfully);
        Assert.Null(Catalog.Find("churn"));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Catalog.RefreshAsync(Ct));
    }

    [Fact(Timeout = 60_000)]
    public async Task Follow_Published_IsSeenAtAPollAndEndsQuietlyWhenStopped()
    {
        await ServeAsync(Contract);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var following = Catalog.FollowAsync(stop.Token);
        var snapshot = await PublishAsync("churn", 0, Row(1, 1));
        while (Served() != snapshot.Id)
        {
            Ct.ThrowIfCancellationRequested();
            Clock.Advance(SnapshotCatalog.PollInterval);
            await Task.Yield();
        }

        await stop.CancelAsync();
        await following;
    }

    private static void Damage(string path, byte[] whole, bool removed)
    {
        if (removed)
        {
            File.Delete(path);
            return;
        }

        var changed = whole.ToArray();
        changed[^9] ^= 1;
        File.WriteAllBytes(path, changed);
    }

    private static long HeldBytes() => 1024 * long.Parse(
        File.ReadLines("/proc/self/status").First(l => l.StartsWith("RssAnon:", StringComparison.Ordinal))["RssAnon:".Length..]
            .Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);

    private async Task<(SnapshotInfo First, SnapshotInfo Second)> ServeTwoAsync()
    {
        var first = await PublishAsync("churn", 0, Row(1, 1));
        var second = await PublishAsync("churn", 1, Row(1, 2));
        await ServeAsync(Contract);
        return (first, second);
    }
}
