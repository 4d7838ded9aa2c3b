using BatchEngine.Domain;
using BatchEngine.Scorer.Inputs.Files;
using BatchEngine.Scorer.Inputs.Manifests;
using BatchEngine.Scorer.Sharding;
using BatchEngine.TestKit.Objects;

namespace BatchEngine.Scorer.Tests.Sharding;

/// <summary>A shard whose files lie in an object store.</summary>
public sealed class ObjectShardTests : IAsyncLifetime
{
    private readonly MemoryObjects _store = new();
    private ShardFixture _fixture = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _fixture = await ShardFixture.CreateAsync();
        _store.PutFolder(_fixture.Folder("in"), "in/");
    }

    public ValueTask DisposeAsync()
    {
        _fixture.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Shard_FromAStore_WritesTheBytesThatItWritesFromAFolder()
    {
        var local = await FinishAsync(_fixture.Work(_fixture.Blobs("local")));
        var remote = await FinishAsync(await WorkAsync("remote"));

        Assert.Equal(local.Final.Artifacts, remote.Final.Artifacts);
        Assert.Equal(local.Final.Counts, remote.Final.Counts);
        Assert.Null(local.Final.FromStores);
        var read = remote.Final.FromStores!.Value;
        Assert.Equal(_store.Reads.Skip(2).Sum(r => (long)r.Length), read.Fetched); // the first two were of planning
        Assert.InRange(read.Needed, 1, read.Fetched);
        Assert.Equal(_store.Reads.Count - 2, read.Requests);
    }

    [Fact]
    public async Task Shard_ResumedFromACheckpoint_CountsWhatBothRead()
    {
        using var stop = new CancellationTokenSource();
        var first = new RecordedProgress { OnSave = _ => stop.Cancel(), Stop = stop.Token };
        var stopped = Assert.IsType<ShardEnding.Stopped>(await ShardPass.RunAsync(await WorkAsync("a"), first, Ct)).Saved;
        var receipt = await FinishAsync(await WorkAsync("a", stopped, 2));
        Assert.InRange(receipt.Final.FromStores!.Value.Fetched, stopped.FromStores!.Value.Fetched + 1, long.MaxValue);
        Assert.Equal(new RowCounts(60, 60, 0, 0), receipt.Final.Counts);
    }

    [Fact]
    public async Task Shard_ObjectReplacedWhileItIsScored_StopsAndNamesIt()
    {
        var work = await WorkAsync("a");
        _store.BeforeRead = key =>
        {
            if (key == "in/b.parquet")
                _store.Put(key, File.ReadAllBytes(_fixture.Folder("in/b.parquet")));
        };
        var problem = await Assert.ThrowsAsync<BadInputException>(() => ShardPass.RunAsync(work, new RecordedProgress(), Ct));
        Assert.Equal("s3://bucket/in/b.parquet", problem.Place);
        Assert.True(problem.IsFaultOfData);
    }

    private async Task<ShardWork> WorkAsync(string blobs, Checkpoint? from = null, long fence = 1)
    {
        var files = new InputFiles(_store);
        var needs = new InputNeeds(["id", "name", "a", "b", "c"], null, []);
        var manifest = await InputCatalog.FreezeAsync(["s3://bucket/in/*.parquet"], _ => needs, files, Ct);
        var work = _fixture.Work(_fixture.Blobs(blobs), from, fence);
        return work with { Plan = work.Plan with { Manifest = manifest }, Files = files };
    }

    private static async Task<ShardReceipt> FinishAsync(ShardWork work) =>
        Assert.IsType<ShardEnding.Finished>(await ShardPass.RunAsync(work, new RecordedProgress(), Ct)).Receipt;
}
