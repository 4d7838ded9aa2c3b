using System.Globalization;
using Amazon.Runtime;
using BatchEngine.Domain;
using BatchEngine.Storage.Blobs;
using BatchEngine.Storage.Blobs.Opening;
using BatchEngine.Storage.Blobs.Remote;
using BatchEngine.Storage.Blobs.S3;
using BatchEngine.TestKit.Objects;

namespace BatchEngine.Storage.Tests;

/// <summary>What happens over hours and in large stores: sweeps, credentials that run out, many objects, long blobs.</summary>
[Collection(MeasuredCollection.Name)]
public sealed class S3SweepTests : IAsyncLifetime
{
    private const string Bucket = "test-bucket";
    private const string Run = "runs/night_20261124T020000Z";
    private ObjectServer _server = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await ObjectServer.StartAsync(Bucket);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private IBlobStore CreateSut(int partBytes = 1 << 16) =>
        BlobStores.Open($"s3://{Bucket}/p", _server.Options with { PartBytes = partBytes }, TimeProvider.System, Assert.Fail);

    private static async Task PutAsync(IBlobStore blobs, string name, byte[] content)
    {
        await using var writer = await blobs.CreateAsync(name, Ct);
        await writer.Content.WriteAsync(content, Ct);
        await writer.CommitAsync(Ct);
    }

    private static Func<IReadOnlyCollection<string>, CancellationToken, Task<IReadOnlySet<string>>> Named(params string[] names) =>
        (_, _) => Task.FromResult<IReadOnlySet<string>>(names.ToHashSet());

    private StoredBucket Stored => _server.Bucket(Bucket);

    [Fact]
    public async Task Sweep_OrphansPastTheGrace_AreRemovedAndOthersStay()
    {
        var blobs = CreateSut();
        string[] names = [$"{Run}/named", $"{Run}/old", $"{Run}/young", $"{Run}/renewed"];
        foreach (var name in names)
            await PutAsync(blobs, name, [1, 2, 3]);
        foreach (var name in new[] { "named", "old", "renewed" })
            Stored.Age($"p/{Run}/{name}", TimeSpan.FromDays(3));
        foreach (var foreign in new[] { "p/notes of mine.txt", "p/data/part-0.parquet", $"pq/{Run}/old", $"p/{Run}/.DS_Store" })
        {
            Stored.Put(foreign, [1]);
            Stored.Age(foreign, TimeSpan.FromDays(3));
        }
        Stored.Start($"p/{Run}/killed", new Dictionary<string, string>(), DateTimeOffset.UtcNow.AddDays(-2));
        Stored.Start($"p/{Run}/writing", new Dictionary<string, string>());
        Assert.True(await blobs.RenewAsync($"{Run}/renewed", Ct));
        var swept = await new BlobSweeper(blobs, TimeProvider.System).SweepAsync([""], Named($"{Run}/named"), BlobSweeper.DefaultGrace, Ct);
        Assert.Equal([$"{Run}/old"], swept.Removed);
        Assert.Equal((3L, 1, 1), (swept.RemovedBytes, swept.RemovedTemporaries, swept.Spared));
        foreach (var name in new[] { "named", "young", "renewed" })
            Assert.NotNull(await blobs.LengthAsync($"{Run}/{name}", Ct));
        Assert.Equal([$"p/{Run}/writing"], Stored.Uploads.Select(u => u.Value.Key));
        Assert.Equal(4, Stored.Keys.Count(k => k.Contains("notes") || k.Contains("data") || k.StartsWith("pq", StringComparison.Ordinal) || k.Contains("DS_")));
        Assert.DoesNotContain(Stored.Keys, k => k.StartsWith("p/.sweeping/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Renew_WhileASweepIsAnnounced_WaitsForItAndForgetsADeadOne()
    {
        var blobs = CreateSut();
        await PutAsync(blobs, "a", [1]);
        Stored.Put("p/.sweeping/a/alive", []);
        var renewing = blobs.RenewAsync("a", Ct);
        while (_server.Count("ListObjects") < 2)
            await Task.Delay(5, Ct);
        Assert.False(renewing.IsCompleted);
        Stored.Delete("p/a");
        Stored.Delete("p/.sweeping/a/alive");
        Assert.False(await renewing);

        await PutAsync(blobs, "b", [1]);
        Stored.Put("p/.sweeping/b/dead", []);
        Stored.Age("p/.sweeping/b/dead", TimeSpan.FromMinutes(6));
        Assert.True(await blobs.RenewAsync("b", Ct));
    }

    [Fact]
    public async Task Sweep_RequestsFailInPassing_StillSparesTheRenewed()
    {
        var blobs = CreateSut();
        await PutAsync(blobs, $"{Run}/renewed", [1]);
        await PutAsync(blobs, $"{Run}/old", [1]);
        foreach (var name in new[] { "renewed", "old" })
            Stored.Age($"p/{Run}/{name}", TimeSpan.FromDays(3));
        await blobs.RenewAsync($"{Run}/renewed", Ct);
        foreach (var operation in new[] { "PutObject", "HeadObject", "DeleteObject", "ListObjects", "ListUploads" })
        {
            _server.Faults.Plan(ObjectFault.SlowDown, operation);
            _server.Faults.Plan(ObjectFault.CutAfter, operation, after: 1);
        }
        var swept = await new BlobSweeper(blobs, TimeProvider.System).SweepAsync([""], Named(), TimeSpan.FromHours(1), Ct);
        Assert.Equal([$"{Run}/old"], swept.Removed);
        Assert.NotNull(await blobs.LengthAsync($"{Run}/renewed", Ct));
    }

    [Fact]
    public async Task List_AHundredThousandObjects_ComesPageByPageInLittleMemory()
    {
        for (var i = 0; i < 100_000; i++)
            Stored.Put(string.Create(CultureInfo.InvariantCulture, $"p/{Run}/part-{i:d6}"), []);
        var (blobs, count, last) = (CreateSut(), 0, "");
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await foreach (var entry in blobs.ListAsync("", Ct))
        {
            Assert.True(string.CompareOrdinal(entry.Name, last) > 0);
            last = entry.Name;
            if (++count == 1)
                Assert.Equal(1, _server.Count("ListObjects"));
            if (count == 90_000)
                Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 30_000_000);
        }
        Assert.Equal(100_000, count);
        Assert.Equal(100, _server.Count("ListObjects"));
    }

    [Fact]
    public async Task Credentials_ExpiringInTheMiddleOfAnUpload_AreLookedForAgain()
    {
        var known = "FIRST";
        using var blobs = new RemoteBlobs(new S3Container(BucketPlace.Parse($"s3://{Bucket}/p"), new S3Connection(Bucket, _server.Options, TimeProvider.System,
            () => new SessionAWSCredentials(known, "secret", "token"))), _server.Options with { PartBytes = 1 << 16 }, TimeProvider.System, Assert.Fail);
        _server.OnlyAccessKey = "FIRST";
        var content = new byte[1_000_000];
        new Random(1).NextBytes(content);
        await using (var writer = await blobs.CreateAsync("a", Ct))
        {
            await writer.Content.WriteAsync(content.AsMemory(0, 400_000), Ct);
            (_server.OnlyAccessKey, known) = ("SECOND", "SECOND");
            await writer.Content.WriteAsync(content.AsMemory(400_000), Ct);
            await writer.CommitAsync(Ct);
        }
        Assert.Equal(content, Stored.Find("p/a")!.Content);

        _server.OnlyAccessKey = "THIRD"; // And the chain has none newer.
        using var late = new RemoteBlobs(new S3Container(BucketPlace.Parse($"s3://{Bucket}/p"), new S3Connection(Bucket, _server.Options, TimeProvider.System,
            () => new SessionAWSCredentials(known, "secret", "token"))), _server.Options, TimeProvider.System, Assert.Fail);
        var failure = await Assert.ThrowsAsync<StorageFailedException>(() => late.OpenReadAsync("a", Ct));
        Assert.Contains("credentials have expired", failure.Message);
        Assert.DoesNotContain("secret", failure.ToString());
    }

    [Fact]
    public async Task Write_FasterThanTheStore_WaitsForIt()
    {
        _server.Faults.Delay = TimeSpan.FromMilliseconds(30);
        _server.Faults.Plan(ObjectFault.Slow, "UploadPart", times: int.MaxValue);
        await PutAsync(CreateSut(), "a", new byte[2_000_000]);
        Assert.Equal(2, _server.MostAtOnce);
        Assert.Equal(31, _server.Count("UploadPart"));
        Assert.Equal(2_000_000, Stored.Find("p/a")!.Content.Length);
    }

    [Fact]
    public async Task Write_TheStoreRefusesAPart_IsHeardByTheNextWriteAndNothingIsLeft()
    {
        _server.Faults.Plan(ObjectFault.Denied, "UploadPart", times: int.MaxValue);
        await using (var writer = await CreateSut().CreateAsync("a", Ct))
        {
            await Assert.ThrowsAsync<StorageFailedException>(async () =>
            {
                for (var i = 0; i < 1000; i++)
                    await writer.Content.WriteAsync(new byte[10_000], Ct);
            });
        }
        Assert.Empty(Stored.Uploads);
        Assert.Empty(Stored.Keys);
        Assert.InRange(_server.Count("UploadPart"), 1, 6);
    }
}
