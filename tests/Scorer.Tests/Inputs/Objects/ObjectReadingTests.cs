using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Scorer.Inputs;
using BatchEngine.Scorer.Inputs.Files;
using BatchEngine.Scorer.Inputs.Manifests;
using BatchEngine.TestKit.Folders;
using BatchEngine.TestKit.Objects;
using ParquetSharp;
using static BatchEngine.Scorer.Tests.Inputs.ParquetFiles;

namespace BatchEngine.Scorer.Tests.Inputs.Objects;

public sealed class ObjectReadingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly MemoryObjects _store = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1_000, 100, true)]
    [InlineData(1_000, 100, false)]
    [InlineData(200_000, 200_000, true)]
    [InlineData(3, 3, true)]
    public async Task Read_Object_GivesTheValuesOfTheFile(int rows, int rowsPerGroup, bool withDictionary)
    {
        var numbers = Enumerable.Range(0, rows).ToArray();
        Write(_folder.File("a.parquet"),
        [
            Data.Of("id", Array.ConvertAll(numbers, i => $"key-{i * 7919L % 1000}")), Data.Of("x", Array.ConvertAll(numbers, i => i / 3f)),
            Data.Of("gap", Array.ConvertAll(numbers, i => i * 1.5)),
            Data.Of("y", Array.ConvertAll(numbers, i => i % 5 == 0 ? (long?)null : i)),
        ], rowsPerGroup, b => _ = withDictionary ? b : b.DisableDictionary());
        string[] names = ["y", "id", "x"];

        var (local, remote) = (await FileAsync(_folder["a.parquet"], names), await ObjectAsync(names));

        Assert.Equal(Texts(local, InputFiles.OfThisMachine), Texts(remote, new InputFiles(_store)));
    }

    [Fact]
    public async Task Read_RowGroupTooLargeToBeHeld_IsReadInWindows()
    {
        const int rows = 12_000_000;
        Write(_folder.File("a.parquet"), [Data.Of("x", [.. Enumerable.Range(0, rows).Select(i => (float)i)])], rows,
            b => b.DisableDictionary().Compression(Compression.Uncompressed));
        var planned = (await ObjectAsync(["x"])).Files[0];
        var tally = new TrafficTally();
        using var reader = InputFileReader.Open(planned, new InputFiles(_store), tally);
        using var group = reader.OpenRowGroup(0, ["x"]);
        using var unit = new UnitColumns(group.Columns, 1 << 20);
        var next = 0f;
        while (group.Read(unit, 1 << 20) > 0)
        {
            foreach (var value in unit[0].Floats)
                Assert.Equal(next++, value);
        }
        Assert.Equal(rows, next);
        Assert.InRange(_store.Reads.Max(r => r.Length), 1, 8 << 20);
        Assert.InRange(tally.Total.Fetched, tally.Total.Needed * 99 / 100, tally.Total.Needed * 11 / 10);
    }

    [Fact]
    public async Task Read_TenOf200Columns_FetchesLittleMoreThanTheirChunksAndTheFooter()
    {
        var columns = Enumerable.Range(0, 200).Select(c =>
            Data.Of($"c{c}", [.. Enumerable.Range(0, 60_000).Select(i => (float)Math.Sin((i * 31) + c))])).ToArray();
        Write(_folder.File("a.parquet"), columns, 15_000);
        // Neighbours, every other one, and single ones far apart.
        string[] names = [.. new[] { 3, 4, 5, 50, 52, 54, 90, 120, 160, 199 }.Select(c => $"c{c}")];
        var planned = (await ObjectAsync(names)).Files[0];
        _store.Reads.Clear();
        var tally = new TrafficTally();
        using (var reader = InputFileReader.Open(planned, new InputFiles(_store), tally))
        {
            for (var i = 0; i < reader.RowGroupCount; i++)
            {
                using var group = reader.OpenRowGroup(i, names);
                using var unit = new UnitColumns(group.Columns, 15_000);
                Assert.Equal(15_000, group.Read(unit, 15_000));
            }
        }

        var needed = ChunkBytes(names) + FooterBytes();
        Assert.Equal(needed, tally.Total.Needed);
        Assert.Equal(_store.Reads.Sum(r => (long)r.Length), tally.Total.Fetched);
        Assert.InRange(tally.Total.Fetched, needed, needed * 11 / 10);
        Assert.InRange(tally.Total.Requests, 1, 4 * 9 + 2);
    }

    [Fact]
    public async Task HeldPages_OfAnObject_CountWhatIsHeldOfTheStore()
    {
        WriteCounting(_folder.File("a.parquet"), 1_000, 100);
        var (local, remote) = (await FileAsync(_folder["a.parquet"], ["x"]), await ObjectAsync(["x"]));
        Assert.Equal(HeldPages.Of(local, local.Columns) + (64 << 20), HeldPages.Of(remote, remote.Columns, new InputFiles(_store)));
    }

    [Fact]
    public async Task Read_TwoReadersOfOneObject_ReadItsFooterOnce()
    {
        WriteCounting(_folder.File("a.parquet"), 1_000, 100);
        var planned = (await ObjectAsync(["x"])).Files[0];
        _store.Reads.Clear();
        var files = new InputFiles(_store);
        InputFileReader.Open(planned, files).Dispose();
        InputFileReader.Open(planned, files).Dispose();
        Assert.Single(_store.Reads);
    }

    [Fact]
    public async Task Freeze_ManyFooters_AreReadInOneReadEachOnceOneIsKnown()
    {
        // More than the first guess of 64 KiB.
        WriteCounting(_folder.File("a.parquet"), 3_000, 2);
        for (var i = 0; i < 50; i++)
            _store.Put($"in/{i:D3}.parquet", File.ReadAllBytes(_folder["a.parquet"]));
        Assert.InRange(FooterBytes(), 64 << 10, 1 << 20);

        var manifest = await ObjectAsync(["x"], "in");

        Assert.Equal(50 * 3_000, manifest.Rows);
        Assert.InRange(_store.Reads.Count, 51, 50 + 33); // files that are begun before any footer is known need two
        Assert.Equal((await FileAsync(_folder["a.parquet"], ["x"])).Files[0].RowGroups, manifest.Files[0].RowGroups);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Read_ObjectReplacedAfterPlanning_StopsWithBothETags(bool whileItIsRead)
    {
        WriteCounting(_folder.File("a.parquet"), 1_000, 100);
        var planned = (await ObjectAsync(["x"])).Files[0];
        var files = new InputFiles(_store);
        void Replace() => _store.Put("a.parquet", File.ReadAllBytes(_folder["a.parquet"]));
        if (!whileItIsRead)
            Replace();
        var problem = Assert.Throws<BadInputException>(() =>
        {
            using var reader = InputFileReader.Open(planned, files);
            if (whileItIsRead)
                Replace();
            using var group = reader.OpenRowGroup(3, ["x"]);
            using var unit = new UnitColumns(group.Columns, 100);
            group.Read(unit, 100);
        });
        Assert.Equal(planned.Path, problem.Place);
        Assert.Contains(planned.ContentTag, problem.Expected, StringComparison.Ordinal);
        Assert.Equal($"ETag {2:x8}", problem.Seen);
        Assert.Contains("start a new run", problem.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_ObjectRemovedWhileItIsRead_SaysSo()
    {
        WriteCounting(_folder.File("a.parquet"), 1_000, 100);
        var planned = (await ObjectAsync(["x"])).Files[0];
        using var reader = InputFileReader.Open(planned, new InputFiles(_store));
        _store.Remove("a.parquet");
        var problem = Assert.Throws<BadInputException>(() => Texts(reader));
        Assert.Equal((planned.Path, "no object"), (problem.Place, problem.Seen));
    }

    [Fact]
    public async Task Read_StoreThatFails_KeepsItsWordsAndThatItMayPass()
    {
        WriteCounting(_folder.File("a.parquet"), 1_000, 100);
        var planned = (await ObjectAsync(["x"])).Files[0];
        using var reader = InputFileReader.Open(planned, new InputFiles(_store));
        _store.BeforeRead = key => throw new StorageFailedException(key, "slow down", isTransient: true);
        var problem = Assert.Throws<StorageFailedException>(() => Texts(reader));
        Assert.True(problem.IsTransient);
        Assert.Contains("slow down", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "0 bytes")]
    [InlineData("id,name,value\n1,x,2\n", "'id,name,'")]
    [InlineData("PARE0000000000000000", "encrypted")]
    [InlineData("PAR1", "only 4 bytes")]
    [InlineData("PAR1000000000000000000", "end with '0000'")]
    [InlineData("PAR100000000000PAR1", "a footer of")]
    public async Task Freeze_ObjectThatIsNoParquet_SaysWhatAFileWouldSay(string content, string words)
    {
        _store.Put("a.parquet", System.Text.Encoding.ASCII.GetBytes(content));
        File.WriteAllText(_folder.File("a.parquet"), content);
        var remote = await Assert.ThrowsAsync<BadInputException>(() => InputCatalog.FreezeAsync(["s3://b"], _ => new InputNeeds(["x"], null, []),
            new InputFiles(_store), TestContext.Current.CancellationToken));
        var local = await Assert.ThrowsAsync<BadInputException>(() => FileAsync(_folder["a.parquet"], ["x"]));
        Assert.Contains(words, remote.Message, StringComparison.Ordinal);
        Assert.Equal((local.Seen, local.Expected, local.Remedy), (remote.Seen, remote.Expected, remote.Remedy));
        Assert.Equal("s3://b/a.parquet", remote.Place);
    }

    [Fact]
    public async Task Freeze_FooterWithAnyByteChanged_IsReadOrRefused()
    {
        WriteCounting(_folder.File("a.parquet"), 100, 50);
        var whole = File.ReadAllBytes(_folder["a.parquet"]);
        for (var at = whole.Length - 8 - (int)FooterBytes() + 8; at < whole.Length; at++)
        {
            var changed = whole.ToArray();
            changed[at] ^= 0x5A;
            _store.Put("a.parquet", changed);
            try
            {
                await InputCatalog.FreezeAsync(["s3://b"], _ => new InputNeeds([], null, []), new InputFiles(_store), TestContext.Current.CancellationToken);
            }
            catch (BadInputException refused)
            {
                Assert.Contains("s3://b/a.parquet", refused.Message, StringComparison.Ordinal);
            }
        }
    }

    private static Task<InputManifest> FileAsync(string path, string[] columns) =>
        InputCatalog.FreezeAsync([path], new InputNeeds(columns, null, []), TestContext.Current.CancellationToken);

    private Task<InputManifest> ObjectAsync(string[] columns, string prefix = "a.parquet")
    {
        _store.Put("a.parquet", File.ReadAllBytes(_folder["a.parquet"]));
        return InputCatalog.FreezeAsync([$"s3://bucket/{prefix}"], _ => new InputNeeds(columns, null, []), new InputFiles(_store),
            TestContext.Current.CancellationToken);
    }

    private static string[] Texts(InputManifest manifest, InputFiles files)
    {
        using var reader = InputFileReader.Open(manifest.Files[0], files);
        return Texts(reader);
    }

    private static string[] Texts(InputFileReader reader)
    {
        var texts = new List<string>();
        string[] names = [.. reader.Columns.Select(c => c.Name).Where(n => n != "gap").Reverse()];
        for (var i = 0; i < reader.RowGroupCount; i++)
        {
            using var group = reader.OpenRowGroup(i, names);
            using var unit = new UnitColumns(group.Columns, 64);
            while (group.Read(unit, 64) is > 0 and var rows)
            {
                for (var row = 0; row < rows; row++)
                    texts.Add(string.Join('|', names.Select((_, c) => Text(unit[c], row))));
            }
        }
        return [.. texts];
    }

    private static string Text(ColumnVector vector, int row) => vector.Kind switch
    {
        ColumnKind.Float => vector.Floats[row].ToString(CultureInfo.InvariantCulture),
        ColumnKind.Integer => vector.Integers[row].ToString(CultureInfo.InvariantCulture),
        _ => System.Text.Encoding.UTF8.GetString(vector.TextBytes[vector.TextOffsets[row]..vector.TextOffsets[row + 1]]),
    };

    private long FooterBytes()
    {
        var file = File.ReadAllBytes(_folder["a.parquet"]);
        return BitConverter.ToInt32(file, file.Length - 8) + 8;
    }

    private long ChunkBytes(string[] names)
    {
        using var reader = new ParquetFileReader(_folder["a.parquet"]);
        var bytes = 0L;
        for (var i = 0; i < reader.FileMetaData.NumRowGroups; i++)
        {
            using var group = reader.RowGroup(i);
            for (var c = 0; c < reader.FileMetaData.NumColumns; c++)
            {
                if (names.Contains(reader.FileMetaData.Schema.Column(c).Name))
                    bytes += group.MetaData.GetColumnChunkMetaData(c).TotalCompressedSize;
            }
        }
        return bytes;
    }
}
