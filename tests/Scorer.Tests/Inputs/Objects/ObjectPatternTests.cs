using System.Runtime.CompilerServices;
using BatchEngine.Domain;
using BatchEngine.Scorer.Inputs;
using BatchEngine.Scorer.Inputs.Files;
using BatchEngine.Scorer.Inputs.Manifests;
using BatchEngine.Storage.Objects;
using BatchEngine.TestKit.Folders;
using BatchEngine.TestKit.Objects;
using static BatchEngine.Scorer.Tests.Inputs.ParquetFiles;

namespace BatchEngine.Scorer.Tests.Inputs.Objects;

public sealed class ObjectPatternTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly MemoryObjects _store = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("b.parquet")]
    [InlineData("*.parquet")]
    [InlineData("?.parquet")]
    [InlineData("")]
    [InlineData("**/*.parquet")]
    [InlineData("**")]
    [InlineData("day=*/**/*.parquet")]
    [InlineData("day=*/*.parquet")]
    [InlineData("day=?/*.parquet")]
    [InlineData("d*/**/e*")]
    [InlineData("day=2/**")]
    [InlineData("**/deep/*")]
    [InlineData("**/deep/**/*.parquet")]
    [InlineData("day=1")]
    [InlineData("day=1/")]
    [InlineData("*/*")]
    public async Task Freeze_PatternOverAStore_FindsWhatItFindsInAFolder(string pattern)
    {
        foreach (var name in new[] { "b.parquet", "a.parquet", "day=1/c.parquet", "day=2/deep/d.parquet", "day=2/deep/x/e.PARQUET", "_day=3/f.parquet",
            "day=11/g.parquet", "day=1x/h.parquet" })
            WriteCounting(_folder.File(name), 10, 4);
        foreach (var name in new[] { "_SUCCESS", ".a.parquet.crc", "day=1/_temporary/1.parquet" })
            File.WriteAllText(_folder.File(name), "x");
        _store.PutFolder(_folder.Path, "customers/");
        _store.Put("customers/", []);
        _store.Put("customers_old/z.parquet", [1]);

        var local = await FreezeAsync(Path.Combine(_folder.Path, pattern), InputFiles.OfThisMachine);
        var remote = await FreezeAsync($"s3://bucket/customers/{pattern}");

        Assert.NotEmpty(local.Files);
        Assert.Equal(local.Files.Select(f => f.Path.Replace(_folder.Path, "s3://bucket/customers", StringComparison.Ordinal)),
            remote.Files.Select(f => f.Path));
        Assert.Equal(local.Files.SelectMany(f => f.RowGroups), remote.Files.SelectMany(f => f.RowGroups));
        Assert.Equal(local.Files.Select(f => f.Bytes), remote.Files.Select(f => f.Bytes));
        Assert.Equal(local.Columns, remote.Columns);
        Assert.All(remote.Files, f => Assert.Equal(8, f.ContentTag.Length));
    }

    [Theory]
    [InlineData("a b/c d.parquet")]
    [InlineData("größe/客户 +1%20#2.parquet")]
    [InlineData("a//b/.x/y.parquet")]
    [InlineData("100%/a+b&c=d/;:@!$'()'.parquet")]
    [InlineData("what?/is*this.parquet")]
    public async Task Freeze_OddKey_IsReadAsItIsWritten(string key)
    {
        WriteCounting(_folder.File("a.parquet"), 5);
        _store.Put(key, File.ReadAllBytes(_folder["a.parquet"]));

        var file = Assert.Single((await FreezeAsync($"s3://bucket/{key}")).Files);

        Assert.Equal($"s3://bucket/{key}", file.Path);
        using var reader = InputFileReader.Open(file, new InputFiles(_store));
        Assert.Equal(1, reader.RowGroupCount);
    }

    [Theory]
    [InlineData("s3://bucket")]
    [InlineData("s3://bucket/")]
    [InlineData("S3://bucket/**/*.parquet")]
    public async Task Freeze_EmptyPrefix_IsTheWholeBucket(string uri)
    {
        WriteCounting(_folder.File("x/a.parquet"), 5);
        WriteCounting(_folder.File("b.parquet"), 5);
        _store.PutFolder(_folder.Path, "");

        Assert.Equal(["s3://bucket/b.parquet", "s3://bucket/x/a.parquet"], (await FreezeAsync(uri)).Files.Select(f => f.Path));
    }

    [Fact]
    public async Task Freeze_FoldersOfAColumn_GiveItsValues()
    {
        WriteCounting(_folder.File("day=2026-11-01/city=S%C3%A3o Paulo/a.parquet"), 3);
        WriteCounting(_folder.File("day=2026-11-02/city=__HIVE_DEFAULT_PARTITION__/a.parquet"), 3);
        _store.PutFolder(_folder.Path, "t/");
        var needs = new InputNeeds(["x", "day"], null, ["city"]);

        var local = await InputCatalog.FreezeAsync([_folder.Path], needs, TestContext.Current.CancellationToken);
        var remote = await FreezeAsync("s3://bucket/t", needs: needs);

        Assert.Equal(local.Columns, remote.Columns);
        Assert.Equal("columns that the folders give: day, city", remote.PartitionNote);
    }

    [Theory]
    [InlineData("s3://bucket/in/*.parquet", "no matching object", "Of 1 object(s) below s3://bucket/in/ none matches: in/a.csv")]
    [InlineData("s3://bucket/gone/{x}/*", "no matching object", "no object in s3://bucket whose key begins with 'gone/{x}/'")]
    [InlineData("s3://bucket/in/a", "no matching object", "no object in s3://bucket whose key begins with 'in/a/'")]
    public async Task Freeze_NothingMatches_SaysWhatThereIs(string uri, string seen, string remedy)
    {
        _store.Put("in/a.csv", [1]);
        var refused = await Assert.ThrowsAsync<BadInputException>(() => FreezeAsync(uri));
        Assert.Equal((uri, seen), (refused.Place, refused.Seen));
        Assert.Contains(remedy, refused.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Freeze_EmptyBucket_SaysSo() =>
        Assert.Contains("s3://bucket is empty", (await Assert.ThrowsAsync<BadInputException>(() => FreezeAsync("s3://bucket"))).Remedy,
            StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData("/**/*.parquet")]
    [InlineData("/*/*/*.parquet")]
    public async Task Freeze_OutputOfThisProgramInsideTheInput_IsLeftOutAndNamed(string pattern)
    {
        WriteCounting(_folder.File("a.parquet"), 3);
        foreach (var key in new[] { "in/2026/11/a.parquet", "in/2026/theirs/b.parquet", "in/out/night_1/c.parquet", "in/out/night_1/rejects/c.parquet",
            "in/out/night_2.partial/d.parquet", "in/out/night_3/e.parquet" })
            _store.Put(key, File.ReadAllBytes(_folder["a.parquet"]));
        _store.Put("in/2026/theirs/_manifest.json", """{ "files": ["b.parquet"] }"""u8.ToArray());
        _store.Put("in/out/night_1/_manifest.json", """{ "run": "r", "inputDigest": "d", "files": [] }"""u8.ToArray());
        _store.Put("in/out/night_3/_writing.json", """{ "run": "r", "inputDigest": "d", "files": [] }"""u8.ToArray());

        var manifest = await FreezeAsync("s3://bucket/in" + pattern);

        Assert.Equal(["s3://bucket/in/2026/11/a.parquet", "s3://bucket/in/2026/theirs/b.parquet"], manifest.Files.Select(f => f.Path));
        Assert.Equal(["s3://bucket/in/out/night_1", "s3://bucket/in/out/night_2.partial", "s3://bucket/in/out/night_3"], manifest.LeftOut);
        Assert.Single((await FreezeAsync("s3://bucket/in/out/night_1/*.parquet")).Files);
    }

    [Theory]
    [InlineData("t/_delta_log/0.json", "Delta Lake")]
    [InlineData("_delta_log/0.json", "Delta Lake")]
    [InlineData("t/.hoodie/x", "Hudi")]
    [InlineData("t/metadata/v1.metadata.json", "Iceberg")]
    [InlineData("t/day=1/_delta_log/0.json", "Delta Lake")]
    public async Task Freeze_TableWithALog_IsRefusedFromAnyFolderOfIt(string log, string system)
    {
        WriteCounting(_folder.File("a.parquet"), 3);
        _store.Put("t/day=1/part-0.parquet", File.ReadAllBytes(_folder["a.parquet"]));
        _store.Put(log, [1]);
        foreach (var uri in new[] { "s3://b", "s3://b/t", "s3://b/t/day=1", "s3://b/t/day=1/part-*.parquet", "s3://b/t/day=1/part-0.parquet", "s3://b/**" })
            Assert.Contains(system, (await Assert.ThrowsAsync<BadInputException>(() => FreezeAsync(uri))).Seen, StringComparison.Ordinal);
        _store.Remove(log);
        _store.Put("t/other/" + log, [1]);
        Assert.Single((await FreezeAsync("s3://b/t/day=1")).Files);
    }

    [Fact]
    public async Task Freeze_AMillionObjects_KeepsOnlyWhatMatches()
    {
        WriteCounting(_folder.File("a.parquet"), 3);
        _store.Put("logs/day=7/a.parquet", File.ReadAllBytes(_folder["a.parquet"]));
        var many = new ManyObjects(_store, 1_000_000);

        var manifest = await FreezeAsync("s3://bucket/logs/day=7/*.parquet", new InputFiles(many));

        Assert.Single(manifest.Files);
        Assert.Equal(1_000, many.Seen);
        Assert.InRange(many.MostHeld, 0, 20); // the names that a message would show, and the page
        var refused = await Assert.ThrowsAsync<BadInputException>(() => FreezeAsync("s3://bucket/logs/**", new InputFiles(many)));
        Assert.Contains("more than 100000 files", refused.Seen, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("s3://AKIA123:geheim@bucket/x", "credentials in a URI", "environment variables")]
    [InlineData("https://user:geheim@host/bucket/x", "credentials in a URI", "environment variables")]
    [InlineData("https://bucket.s3.amazonaws.com/x?X-Amz-Signature=geheim", "'https://'", "Copy the files")]
    [InlineData("gs://bucket/x", "'gs://'", "Copy the files")]
    [InlineData("s3a://bucket/x", "'s3a://'", "Write s3://")]
    [InlineData("s3:///x", "'s3:///x'", "Name one bucket")]
    [InlineData("s3://b*/x", "'s3://b*/x'", "Name one bucket")]
    public async Task Freeze_UriThatNamesNothing_IsRefusedWithoutItsSecrets(string uri, string seen, string remedy)
    {
        var refused = await Assert.ThrowsAsync<BadInputException>(() => FreezeAsync(uri));
        Assert.Contains(seen, refused.Seen, StringComparison.Ordinal);
        Assert.Contains(remedy, refused.Remedy, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Freeze_UriWithoutAnyStore_SaysSo() =>
        Assert.Contains("reads no object store", (await Assert.ThrowsAsync<BadInputException>(() => FreezeAsync("s3://b/x", InputFiles.OfThisMachine))).Remedy,
            StringComparison.Ordinal);

    private Task<InputManifest> FreezeAsync(string uri, InputFiles? files = null, InputNeeds? needs = null) =>
        InputCatalog.FreezeAsync([uri], _ => needs ?? new InputNeeds(["x"], null, []), files ?? new InputFiles(_store), TestContext.Current.CancellationToken);

    /// <summary>A store beside which there are very many objects more.</summary>
    private sealed class ManyObjects(MemoryObjects store, int count) : IObjectSource, IObjectSources
    {
        private readonly List<WeakReference> _keys = [];

        public int Seen => _keys.Count;

        public int MostHeld { get; private set; }

        public IObjectSource Of(ObjectUri uri) => this;

        public async IAsyncEnumerable<ObjectEntry> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken ct)
        {
            await foreach (var entry in store.ListAsync(prefix, ct))
                yield return entry;
            for (var i = 0; i < count && "logs/day=7/x".StartsWith(prefix, StringComparison.Ordinal); i++)
            {
                var key = $"logs/day=7/{i:D8}.log";
                if (i % 1_000 == 0)
                    _keys.Add(new WeakReference(key));
                yield return new ObjectEntry(key, 10, "e", DateTimeOffset.UnixEpoch);
                if (i % 250_000 == 249_999)
                {
                    GC.Collect();
                    MostHeld = Math.Max(MostHeld, _keys.Count(k => k.IsAlive));
                }
            }
        }

        public Task<string?> ReadAsync(string key, string eTag, long from, Memory<byte> into, CancellationToken ct) =>
            store.ReadAsync(key, eTag, from, into, ct);
    }
}
