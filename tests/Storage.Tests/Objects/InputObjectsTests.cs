using System.Text;
using BatchEngine.Domain;
using BatchEngine.Storage.Blobs.Opening;
using BatchEngine.Storage.Objects;
using BatchEngine.TestKit.Objects;

namespace BatchEngine.Storage.Tests.Objects;

public sealed class InputObjectsTests : IAsyncLifetime
{
    private ObjectServer _server = null!;
    private ObjectSources _sources = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private IObjectSource Source => _sources.Of(ObjectUri.Parse("s3://theirs/x", "test"));

    public async ValueTask InitializeAsync()
    {
        _server = await ObjectServer.StartAsync("theirs");
        _sources = new ObjectSources(_server.Options with { RetryFor = TimeSpan.FromSeconds(5) }, TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        _sources.Dispose();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData("a/b c.parquet")]
    [InlineData("größe/客户 +1%20#2?.parquet")]
    [InlineData("a//b/./../c.parquet")]
    [InlineData("day=2026-11-01/city=S%C3%A3o Paulo/&;:@!$'()*,.parquet")]
    public async Task ListAndRead_OddKey_IsTheKeyAsItIs(string key)
    {
        _server.Bucket("theirs").Put(key, "0123456789"u8.ToArray());

        var entry = Assert.Single(await ListAsync(key[..^8]));

        Assert.Equal((key, 10L), (entry.Key, entry.Bytes));
        Assert.DoesNotContain('"', entry.ETag);
        var into = new byte[4];
        Assert.Equal(entry.ETag, await Source.ReadAsync(key, entry.ETag, 3, into, Ct));
        Assert.Equal("3456", Encoding.ASCII.GetString(into));
    }

    [Fact]
    public async Task List_ManyPages_GivesEachObjectOnce()
    {
        _server.PageKeys = 7;
        for (var i = 0; i < 50; i++)
            _server.Bucket("theirs").Put($"in/{i:D2}", [1]);
        _server.Bucket("theirs").Put("other", [1]);
        Assert.Equal(Enumerable.Range(0, 50).Select(i => $"in/{i:D2}"), (await ListAsync("in/")).Select(e => e.Key));
        Assert.Equal(51, (await ListAsync("")).Count);
    }

    [Fact]
    public async Task Read_ReplacedOrRemoved_GivesWhatIsThereAndReadsNothing()
    {
        _server.Bucket("theirs").Put("a", "0123456789"u8.ToArray());
        var before = Assert.Single(await ListAsync("a")).ETag;
        _server.Bucket("theirs").Put("a", "abc"u8.ToArray());
        var now = Assert.Single(await ListAsync("a")).ETag;
        var into = new byte[4];

        Assert.Equal(now, await Source.ReadAsync("a", before, 6, into, Ct));
        Assert.Equal(new byte[4], into);
        _server.Bucket("theirs").Delete("a");
        Assert.Null(await Source.ReadAsync("a", before, 0, into, Ct));
    }

    [Theory]
    [InlineData(ObjectFault.CutBody)]
    [InlineData(ObjectFault.CutBefore)]
    [InlineData(ObjectFault.SlowDown)]
    public async Task Read_FaultThatPasses_IsRead(ObjectFault fault)
    {
        var content = new byte[200_000];
        new Random(1).NextBytes(content);
        _server.Bucket("theirs").Put("a", content);
        var entry = Assert.Single(await ListAsync("a"));
        _server.Faults.Plan(fault, "GetObject", 2);
        var into = new byte[150_000];
        Assert.Equal(entry.ETag, await Source.ReadAsync("a", entry.ETag, 1_000, into, Ct));
        Assert.Equal(content[1_000..151_000], into);
    }

    [Fact]
    public async Task Read_Denied_SaysWhichObject()
    {
        _server.Bucket("theirs").Put("a", [1, 2]);
        var entry = Assert.Single(await ListAsync("a"));
        _server.Faults.Plan(ObjectFault.Denied, times: 9);
        var refused = await Assert.ThrowsAsync<StorageFailedException>(() => Source.ReadAsync("a", entry.ETag, 0, new byte[1], Ct));
        Assert.Equal("s3://theirs/a", refused.Place);
        Assert.False(refused.IsTransient);
    }

    [Fact]
    public async Task List_NoSuchBucket_SaysSo()
    {
        var gone = _sources.Of(ObjectUri.Parse("s3://nowhere/x", "test"));
        var refused = await Assert.ThrowsAsync<StorageFailedException>(async () =>
        {
            await foreach (var _ in gone.ListAsync("x", Ct))
                Assert.Fail("nothing is there");
        });
        Assert.Contains("no such bucket", refused.Message, StringComparison.Ordinal);
    }

    private async Task<List<ObjectEntry>> ListAsync(string prefix)
    {
        var found = new List<ObjectEntry>();
        await foreach (var entry in Source.ListAsync(prefix, Ct))
            found.Add(entry);
        return found;
    }
}
