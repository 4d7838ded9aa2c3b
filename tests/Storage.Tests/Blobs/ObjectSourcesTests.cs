using BatchEngine.Domain;
using BatchEngine.Storage.Blobs.Opening;
using BatchEngine.Storage.Objects;
using BatchEngine.TestKit.Objects;

namespace BatchEngine.Storage.Tests;

public sealed class ObjectSourcesTests : IAsyncLifetime
{
    private const string Bucket = "test-bucket";
    private ObjectServer _server = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await ObjectServer.StartAsync(Bucket);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task List_KeysWithSpacesAndUnicode_AreGivenAsTheyAre()
    {
        string[] keys = ["in/2026 11/a b.parquet", "in/ä+=%2F.parquet", "in/😀", "in/\uffee", "inner"];
        foreach (var key in keys)
            _server.Bucket(Bucket).Put(key, [1, 2, 3]);
        _server.PageKeys = 2;
        using var sources = new ObjectSources(_server.Options, TimeProvider.System);
        var found = new List<ObjectEntry>();
        await foreach (var entry in sources.Of(ObjectUri.Parse($"s3://{Bucket}/in/*", "input")).ListAsync("in/", Ct))
            found.Add(entry);
        Assert.Equal(keys[..4].Order(StringComparer.Ordinal), found.Select(f => f.Key).Order(StringComparer.Ordinal));
        Assert.All(found, f => Assert.Equal((3L, _server.Bucket(Bucket).Find(f.Key)!.ETag), (f.Bytes, f.ETag)));
        var into = new byte[2];
        foreach (var entry in found)
        {
            Assert.Equal(entry.ETag, await sources.Of(ObjectUri.Parse($"s3://{Bucket}/x", "input")).ReadAsync(entry.Key, entry.ETag, 1, into, Ct));
            Assert.Equal([2, 3], into);
        }
    }

    [Fact]
    public async Task Read_AReplacedOrMissingObject_TellsWhatIsThereNow()
    {
        var made = _server.Bucket(Bucket).Put("a", [1, 2, 3])!;
        using var sources = new ObjectSources(_server.Options, TimeProvider.System);
        var source = sources.Of(ObjectUri.Parse($"s3://{Bucket}/a", "input"));
        var replaced = _server.Bucket(Bucket).Put("a", [4, 5, 6])!;
        Assert.Equal(replaced.ETag, await source.ReadAsync("a", made.ETag, 0, new byte[3], Ct));
        _server.Bucket(Bucket).Delete("a");
        Assert.Null(await source.ReadAsync("a", made.ETag, 0, new byte[3], Ct));
        _server.Bucket(Bucket).Put("a", [1, 2, 3]);
        _server.Faults.Plan(ObjectFault.Denied, "GetObject");
        await Assert.ThrowsAsync<StorageFailedException>(() => source.ReadAsync("a", made.ETag, 0, new byte[3], Ct));
    }
}
