using BatchEngine.Domain;
using BatchEngine.Storage.Blobs;
using BatchEngine.Storage.Blobs.Opening;
using BatchEngine.Storage.Blobs.Remote;
using BatchEngine.TestKit.Objects;

namespace BatchEngine.Storage.Tests;

/// <summary>What an S3 store refuses, loses or damages: survived, or a clear error that names bucket and key.</summary>
public sealed class S3FailuresTests : IAsyncLifetime
{
    private const string Bucket = "test-bucket";
    private readonly List<string> _notes = [];
    private ObjectServer _server = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await ObjectServer.StartAsync(Bucket);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private IBlobStore CreateSut(string place = $"s3://{Bucket}/p", Func<ObjectStoreOptions, ObjectStoreOptions>? change = null)
    {
        var options = _server.Options with { PartBytes = 1 << 16 };
        return BlobStores.Open(place, change?.Invoke(options) ?? options, TimeProvider.System, _notes.Add);
    }

    private static async Task<BlobInfo> PutAsync(IBlobStore blobs, string name, byte[] content)
    {
        await using var writer = await blobs.CreateAsync(name, Ct);
        await writer.Content.WriteAsync(content, Ct);
        return await writer.CommitAsync(Ct);
    }

    private static byte[] Content(int bytes)
    {
        var content = new byte[bytes];
        new Random(3).NextBytes(content);
        return content;
    }

    private static async Task<byte[]> ReadAsync(IBlobStore blobs, string name)
    {
        await using var stream = await blobs.OpenReadAsync(name, Ct);
        var read = new MemoryStream();
        await stream.CopyToAsync(read, Ct);
        return read.ToArray();
    }

    private static async Task<List<string>> NamesAsync(IBlobStore blobs, string prefix = "")
    {
        var names = new List<string>();
        await foreach (var entry in blobs.ListAsync(prefix, Ct))
            names.Add(entry.Name);
        return names;
    }

    public static TheoryData<ObjectFault, string> EveryStep()
    {
        var data = new TheoryData<ObjectFault, string>();
        foreach (var operation in new[] { "PutObject", "GetObject", "HeadObject", "DeleteObject", "ListObjects", "StartUpload", "UploadPart", "CompleteUpload",
            "AbortUpload", "ListUploads" })
        {
            foreach (var fault in new[] { ObjectFault.SlowDown, ObjectFault.InternalError, ObjectFault.CutBefore, ObjectFault.CutAfter, ObjectFault.Slow })
                data.Add(fault, operation);
        }
        data.Add(ObjectFault.CutBody, "GetObject");
        return data;
    }

    [Theory]
    [MemberData(nameof(EveryStep))]
    public async Task AnyStep_FailsTwiceInPassing_IsTriedAgainAndNothingIsLost(ObjectFault fault, string operation)
    {
        // Slow is later than anybody waits; the server carries the request out all the same, as with an answer that is lost.
        _server.Faults.Delay = TimeSpan.FromSeconds(2);
        var blobs = CreateSut(change: o => fault == ObjectFault.Slow ? o with { Timeout = TimeSpan.FromMilliseconds(400) } : o);
        var (large, small) = (Content(300_000), Content(50));
        _server.Faults.Plan(fault, operation, times: 2);
        var info = await PutAsync(blobs, "a/large", large);
        await PutAsync(blobs, "a/small", small);
        Assert.Equal(large, await ReadAsync(blobs, "a/large"));
        Assert.Equal(small, await ReadAsync(blobs, "a/small"));
        await blobs.VerifyAsync("a/large", info.Bytes, info.Checksum, Ct);
        Assert.Equal(["a/large", "a/small"], await NamesAsync(blobs));
        await using (var dropped = await blobs.CreateAsync("a/dropped", Ct))
            await dropped.Content.WriteAsync(large, Ct);
        Assert.True(await blobs.DeleteAsync("a/small", Ct));
        Assert.Equal(["a/large"], await NamesAsync(blobs));
        // A start whose answer was lost leaves an upload that nobody knows: the sweeper finds it.
        var left = (fault, operation) is (ObjectFault.CutAfter or ObjectFault.Slow, "StartUpload") ? 2 : 0;
        Assert.Equal(left, await blobs.DeleteUncommittedAsync(DateTimeOffset.MaxValue, Ct));
        Assert.Empty(_server.Bucket(Bucket).Uploads);
        Assert.Equal(["p/a/large"], _server.Bucket(Bucket).Keys);
    }

    [Fact]
    public async Task Store_StaysAway_FailsInBoundedTimeAndSaysSo()
    {
        _server.Faults.Plan(ObjectFault.SlowDown, times: int.MaxValue);
        var failure = await Assert.ThrowsAsync<StorageFailedException>(() => PutAsync(CreateSut(change: o => o with { RetryFor = TimeSpan.FromSeconds(1) }),
            "a/b", [1]));
        Assert.True(failure.IsTransient);
        Assert.Equal($"s3://{Bucket}/p/a/b", failure.Place);
        Assert.Contains("503", failure.Message);
        Assert.Contains("tried", failure.Message);
    }

    [Fact]
    public async Task Store_AnswersTooLate_IsTriedAgain()
    {
        await PutAsync(CreateSut(), "a", [7]);
        _server.Faults.Plan(ObjectFault.Slow, "GetObject");
        Assert.Equal([7], await ReadAsync(CreateSut(change: o => o with { Timeout = TimeSpan.FromMilliseconds(300) }), "a"));
        Assert.Equal(2, _server.Count("GetObject"));
    }

    [Theory]
    [InlineData(ObjectFault.Denied, "access is denied (AccessDenied", "s3:PutObject")]
    [InlineData(ObjectFault.OtherRegion, "the region eu-central-1", "objectStore.region: eu-central-1")]
    [InlineData(ObjectFault.WrongRegion, "the region eu-central-1", "objectStore.region: eu-central-1")]
    [InlineData(ObjectFault.TooSkewed, "behind the store's by 1", "NTP")]
    [InlineData(ObjectFault.Expired, "credentials have expired", "Sign in again")]
    [InlineData(ObjectFault.Full, "the store is full", "Make room")]
    public async Task Refusals_OfEveryOperation_NamePlaceReasonAndRemedy(ObjectFault fault, string reason, string remedy)
    {
        var blobs = CreateSut();
        await PutAsync(blobs, "a/b", [1]);
        _server.Faults.Plan(fault, times: int.MaxValue);
        foreach (var act in new Func<Task>[]
        {
            () => PutAsync(blobs, "a/b", [1]), () =>
                PutAsync(blobs, "a/b", Content(200_000)), () => ReadAsync(blobs, "a/b"), () => blobs.LengthAsync("a/b", Ct),
            () => blobs.DeleteAsync("a/b", Ct), () => blobs.RenewAsync("a/b", Ct), () => NamesAsync(blobs, "a/b"), () => blobs.OwnerAsync(Ct),
        })
        {
            var failure = await Assert.ThrowsAsync<StorageFailedException>(act);
            Assert.StartsWith($"s3://{Bucket}/p/", failure.Message);
            Assert.Contains(reason, failure.Message);
            Assert.Contains(remedy, failure.Message);
            Assert.False(failure.IsTransient);
        }
    }

    [Fact]
    public async Task Bucket_Missing_IsSaid()
    {
        var failure = await Assert.ThrowsAsync<StorageFailedException>(() => NamesAsync(CreateSut("s3://no-such-bucket/p")));
        Assert.Contains("there is no such bucket (NoSuchBucket", failure.Message);
        failure = await Assert.ThrowsAsync<StorageFailedException>(() => PutAsync(CreateSut("s3://no-such-bucket"), "a", [1]));
        Assert.Contains("Create it", failure.Message);
    }

    [Fact]
    public async Task Object_ReplacedWhileRead_IsSaidAndStopped()
    {
        var blobs = CreateSut();
        await PutAsync(blobs, "a", Content(2_000_000));
        await using var stream = await blobs.OpenReadAsync("a", Ct);
        await stream.ReadExactlyAsync(new byte[1000], Ct);
        await PutAsync(blobs, "a", Content(1_000_000));
        var failure = await Assert.ThrowsAsync<StorageFailedException>(() => stream.CopyToAsync(Stream.Null, Ct));
        Assert.Contains("was replaced while it was read", failure.Message);
        Assert.False(failure.IsTransient);
    }

    [Fact]
    public async Task Object_GoneWhileRead_IsCorrupt()
    {
        var blobs = CreateSut();
        await PutAsync(blobs, "a", Content(2_000_000));
        await using var stream = await blobs.OpenReadAsync("a", Ct);
        await blobs.DeleteAsync("a", Ct);
        await Assert.ThrowsAsync<CorruptDataException>(() => stream.CopyToAsync(Stream.Null, Ct));
    }

    [Fact]
    public async Task Bytes_ChangedOnTheWay_AreFoundWhenReadAndWhenVerified()
    {
        var blobs = CreateSut();
        var info = await PutAsync(blobs, "a", Content(1000));
        _server.Faults.Plan(ObjectFault.WrongByte, "GetObject", times: 2);
        var failure = await Assert.ThrowsAsync<CorruptDataException>(() => ReadAsync(blobs, "a"));
        Assert.Contains($"s3://{Bucket}/p/a", failure.Message);
        await Assert.ThrowsAsync<CorruptDataException>(() => blobs.VerifyAsync("a", info.Bytes, info.Checksum, Ct));
        await blobs.VerifyAsync("a", info.Bytes, info.Checksum, Ct);
    }

    [Fact]
    public async Task Upload_GivenUpBySomebodyElse_FailsAndNothingIsVisible()
    {
        var blobs = CreateSut();
        await using var writer = await blobs.CreateAsync("a", Ct);
        await writer.Content.WriteAsync(Content(100_000), Ct);
        while (_server.Count("UploadPart") == 0)
            await Task.Delay(5, Ct);
        Assert.Equal(1, await blobs.DeleteUncommittedAsync(DateTimeOffset.MaxValue, Ct));
        var failure = await Assert.ThrowsAsync<StorageFailedException>(() => writer.CommitAsync(Ct));
        Assert.Contains("upload is gone", failure.Message);
        Assert.Null(await blobs.LengthAsync("a", Ct));
    }

    [Fact]
    public async Task Uploads_OfOthersAndYoungOnes_AreSpared()
    {
        var (bucket, none) = (_server.Bucket(Bucket), new Dictionary<string, string>());
        var old = DateTimeOffset.UtcNow.AddDays(-2);
        foreach (var key in new[] { "p/mine", "pq/other", "other", "p/mine2", "p/a b+c" })
            bucket.Start(key, none, old);
        bucket.Start("p/young", none);
        _server.PageKeys = 2;
        Assert.Equal(3, await CreateSut().DeleteUncommittedAsync(DateTimeOffset.UtcNow.AddDays(-1), Ct));
        Assert.Equal(["pq/other", "other", "p/young"], bucket.Uploads.Select(u => u.Value.Key));
    }

    [Theory]
    [InlineData("s3://test-bucket/p")]
    [InlineData("s3://test-bucket/p/")]
    public async Task List_KeysOfOthers_ArePassedOver(string place)
    {
        string[] others = ["p", "pq/a", "p2", "p/", "p//a", "p/with space", "p/ümlaut/ä", "p/\u0001control", "p/a%2Fb", "p/.hidden", "p/x/../y", "p/😀",
            "p/\uffee"];
        foreach (var key in others)
            _server.Bucket(Bucket).Put(key, [1, 2]);
        var blobs = CreateSut(place);
        foreach (var name in new[] { "a/b+c=d", "a/b", "z" })
            await PutAsync(blobs, name, [1]);
        _server.PageKeys = 2;
        Assert.Equal(["a/b", "a/b+c=d", "z"], await NamesAsync(blobs));
        Assert.Equal(["a/b", "a/b+c=d"], await NamesAsync(blobs, "a/"));
        Assert.Empty(await NamesAsync(blobs, "q"));
    }

    [Fact]
    public async Task Place_WithoutPrefix_IsTheWholeBucket()
    {
        _server.Bucket(Bucket).Put("somebody else.txt", [1]);
        foreach (var blobs in new[] { CreateSut($"s3://{Bucket}"), CreateSut($"s3://{Bucket}/") })
        {
            await PutAsync(blobs, "runs/a", [1]);
            Assert.Equal(["runs/a"], await NamesAsync(blobs));
            Assert.Equal($"s3://{Bucket}", blobs.Place);
        }
        Assert.Equal(["runs/a", "somebody else.txt"], _server.Bucket(Bucket).Keys);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public async Task Claim_WithoutConditionalWrites_IsSettledAndSaid(bool heeds, bool refuses)
    {
        (_server.HeedsConditions, _server.RefusesConditions) = (heeds, refuses);
        var owners = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => CreateSut().ClaimAsync($"owner-{i}", Ct)));
        Assert.Single(owners.Distinct());
        Assert.Equal(owners[0], await CreateSut().OwnerAsync(Ct));
        Assert.All(_notes, note => Assert.Contains("ignores conditional writes", note));
        Assert.NotEmpty(_notes);
        Assert.Empty(await NamesAsync(CreateSut()));
    }

    [Fact]
    public async Task Claim_ByProcessesOfOneDatabaseAtOnce_SaysNothingOfAStoreThatHeedsConditions()
    {
        for (var round = 0; round < 10; round++)
            await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => CreateSut($"s3://{Bucket}/p{round}").ClaimAsync("owner", Ct)));
        Assert.Empty(_notes);
    }

    [Theory]
    [InlineData("s3://")]
    [InlineData("s3:///prefix")]
    [InlineData("s3://UPPER/a")]
    [InlineData("s3://bucket//a")]
    [InlineData("s3://bucket/../a")]
    [InlineData("s3://bucket?x=1")]
    [InlineData("gs://bucket/a")]
    [InlineData("http://localhost:9000/bucket")]
    public void Rejects_PlacesThatAreNone(string place)
    {
        var refusal = Assert.Throws<BadInputException>(() => CreateSut(place));
        Assert.Contains($"'{place}'", refusal.Message);
    }

    [Fact]
    public async Task Credentials_NotAccepted_AreNotTriedForLong()
    {
        _server.OnlyAccessKey = "somebody-else";
        var failure = await Assert.ThrowsAsync<StorageFailedException>(() => PutAsync(CreateSut(), "a", [1]));
        Assert.Contains("expired", failure.Message);
        Assert.Equal(1, _server.Count("PutObject"));
    }
}
