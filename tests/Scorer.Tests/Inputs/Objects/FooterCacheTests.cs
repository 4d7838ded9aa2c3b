using BatchEngine.Domain;
using BatchEngine.Scorer.Inputs.Files;
using BatchEngine.Scorer.Inputs.Manifests;
using BatchEngine.Storage.Database.Values;
using BatchEngine.TestKit.Folders;
using BatchEngine.TestKit.Objects;
using static BatchEngine.Scorer.Tests.Inputs.ParquetFiles;

namespace BatchEngine.Scorer.Tests.Inputs.Objects;

public sealed class FooterCacheTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly MemoryObjects _store = new();

    public FooterCacheTests()
    {
        for (var i = 0; i < 5; i++)
        {
            Write(_folder.File("a.parquet"), [Data.Of("x", [.. Enumerable.Range(0, 10 + i).Select(v => (float)v)]),
                Data.Of(i == 3 ? "other" : "day", Enumerable.Repeat(new ParquetSharp.Date(20_000), 10 + i).ToArray()),
                Data.Of("price", Enumerable.Repeat(1.25m, 10 + i).ToArray(), ParquetSharp.LogicalType.Decimal(29, 3)),
                Data.Of("emb", Enumerable.Repeat(new[] { 1f, 2f }, 10 + i).ToArray())], 4);
            _store.Put($"in/größe {i}.parquet", File.ReadAllBytes(_folder["a.parquet"]));
        }
    }

    private string Cache => _folder["cache"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Freeze_Again_ReadsNoFooterAndGivesTheSameBytes()
    {
        var cold = StoredJson.Write(await FreezeAsync());
        Assert.NotEmpty(_store.Reads);
        _store.Reads.Clear();

        Assert.Equal(cold, StoredJson.Write(await FreezeAsync()));
        Assert.Empty(_store.Reads);
    }

    [Fact]
    public async Task Freeze_OneObjectReplaced_ReadsThatOneAlone()
    {
        var before = await FreezeAsync();
        _store.Reads.Clear();
        WriteCounting(_folder.File("a.parquet"), 99);
        _store.Put("in/größe 2.parquet", File.ReadAllBytes(_folder["a.parquet"]));
        _store.Put("in/new.parquet", File.ReadAllBytes(_folder["a.parquet"]));
        _store.Remove("in/größe 4.parquet");

        var now = await FreezeAsync();

        Assert.Equal(["in/größe 2.parquet", "in/new.parquet"], _store.Reads.Select(r => r.Key).Order(StringComparer.Ordinal));
        Assert.Equal([10L, 11, 99, 13, 99], now.Files.Select(f => f.Rows));
        Assert.NotEqual(before.Files[2].ContentTag, now.Files[2].ContentTag);
        _store.Reads.Clear();
        await FreezeAsync();
        Assert.Empty(_store.Reads);
    }

    [Fact]
    public async Task Freeze_CacheDamagedAnywhere_ReadsTheFootersAgain()
    {
        var sound = StoredJson.Write(await FreezeAsync());
        var file = Assert.Single(Directory.GetFiles(Cache));
        var content = File.ReadAllBytes(file);
        for (var at = 0; at < content.Length; at += 7)
        {
            var damaged = content.ToArray();
            damaged[at] ^= 0x41;
            File.WriteAllBytes(file, damaged);
            _store.Reads.Clear();
            Assert.Equal(sound, StoredJson.Write(await FreezeAsync()));
            Assert.Equal(5, _store.Reads.Select(r => r.Key).Distinct().Count());
        }
        foreach (var length in new[] { 0, 1, 8, content.Length - 1 })
        {
            File.WriteAllBytes(file, content[..length]);
            Assert.Equal(sound, StoredJson.Write(await FreezeAsync()));
        }
    }

    [Fact]
    public async Task Freeze_FolderThatCannotBeWritten_ReadsTheFootersEachTime()
    {
        File.WriteAllText(Cache, "in the way");
        await FreezeAsync();
        _store.Reads.Clear();
        await FreezeAsync();
        Assert.Equal(5, _store.Reads.Count);
    }

    [Fact]
    public async Task Freeze_ManyInputs_KeepsTheYoungest()
    {
        for (var night = 0; night < 70; night++)
            await FreezeAsync($"s3://b/in/*{(night % 10 == 0 ? "" : new string('*', night % 10))}.parq{new string('*', night / 10)}uet");
        Assert.Equal(64, Directory.GetFiles(Cache).Length);
    }

    private Task<InputManifest> FreezeAsync(string pattern = "s3://b/in") => InputCatalog.FreezeAsync([pattern],
        _ => new InputNeeds(["x"], null, []) { MissingColumns = MissingColumnPolicy.Null }, new InputFiles(_store) { FooterFolder = Cache },
        TestContext.Current.CancellationToken);
}
