using System.Text;
using BatchEngine.Domain;
using BatchEngine.Scorer.Inputs;
using BatchEngine.Scorer.Inputs.Manifests;
using BatchEngine.TestKit.Folders;
using static BatchEngine.Scorer.Tests.Inputs.ParquetFiles;

namespace BatchEngine.Scorer.Tests.Inputs.Manifests;

public sealed class InputCatalogTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("b.parquet", "b.parquet")]
    [InlineData("*.parquet", "a.parquet b.parquet")]
    [InlineData("?.parquet", "a.parquet b.parquet")]
    [InlineData("", "a.parquet b.parquet day=1/c.parquet day=2/deep/d.parquet")]
    [InlineData("**/*.parquet", "a.parquet b.parquet day=1/c.parquet day=2/deep/d.parquet")]
    [InlineData("day=*/**/*.parquet", "day=1/c.parquet day=2/deep/d.parquet")]
    [InlineData("day=*/*.parquet", "day=1/c.parquet")]
    [InlineData("day=2/**", "day=2/deep/d.parquet")]
    [InlineData("**/deep/*", "day=2/deep/d.parquet")]
    [InlineData("day=1", "day=1/c.parquet")]
    public async Task Freeze_Pattern_FindsItsFilesSorted(string pattern, string expected)
    {
        foreach (var name in new[] { "b.parquet", "a.parquet", "day=1/c.parquet", "day=2/deep/d.parquet" })
            WriteCounting(_folder.File(name), 10, 4);
        File.WriteAllText(_folder.File("_SUCCESS"), "");
        File.WriteAllText(_folder.File(".a.parquet.crc"), "x");
        File.WriteAllText(_folder.File("day=1/_temporary/1.parquet"), "x");

        var manifest = await FreezeAsync([Path.Combine(_folder.Path, pattern)]);

        Assert.Equal(expected.Split(' ').Select(e => Path.Combine(_folder.Path, e)), manifest.Files.Select(f => f.Path));
        Assert.Equal([4L, 4L, 2L], manifest.Files[0].RowGroups.Select(g => g.Rows));
        Assert.All(manifest.Files, f => Assert.InRange(f.RowGroups.Sum(g => g.Bytes), 1, f.Bytes));
        Assert.Equal(ColumnKind.Float, manifest.Columns[0].Kind);
    }

    [Fact]
    public async Task Freeze_SameFilesTwice_GivesTheSameDigestAndEachFileOnce()
    {
        WriteCounting(_folder.File("a.parquet"), 10);
        var once = await FreezeAsync([_folder.Path]);
        var twice = await FreezeAsync([_folder.File("a.parquet"), _folder.Path]);

        Assert.Equal(once.Digest, twice.Digest);
        File.SetLastWriteTimeUtc(_folder.File("a.parquet"), new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        Assert.NotEqual(once.Digest, (await FreezeAsync([_folder.Path])).Digest);
    }

    [Theory]
    [InlineData("")]
    [InlineData("**/*.parquet")]
    [InlineData("*/*/*.parquet")]
    public async Task Freeze_OutputOfThisProgramInsideTheInput_IsLeftOutAndNamed(string pattern)
    {
        WriteOutputsBesideData();

        var manifest = await FreezeAsync([Path.Combine(_folder.Path, pattern)]);

        Assert.Equal([_folder["2026/11/a.parquet"], _folder["2026/theirs/b.parquet"]], manifest.Files.Select(f => f.Path));
        Assert.Equal([_folder["out/night_20261124T020000Z"], _folder["out/night_20261125T020000Z.partial"]], manifest.LeftOut);
        Assert.Contains("2 folder(s)", manifest.LeftOutNote, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Freeze_OutputOfThisProgramNamedItself_IsRead()
    {
        WriteOutputsBesideData();
        var manifest = await FreezeAsync([_folder["out/night_20261124T020000Z"]]);
        Assert.Equal([_folder["out/night_20261124T020000Z/c.parquet"]], manifest.Files.Select(f => f.Path));
        Assert.Null(manifest.LeftOutNote);
    }

    [Fact]
    public async Task Freeze_NothingButOutputsOfThisProgram_SaysHowToReadThem()
    {
        WriteOutputsBesideData();
        var refused = await Assert.ThrowsAsync<BadInputException>(() => FreezeAsync([_folder["out"]]));
        Assert.Contains("night_20261124T020000Z", refused.Remedy, StringComparison.Ordinal);
    }

    private void WriteOutputsBesideData()
    {
        foreach (var name in new[] { "2026/11/a.parquet", "2026/theirs/b.parquet", "out/night_20261124T020000Z/c.parquet",
            "out/night_20261125T020000Z.partial/d.parquet" })
            WriteCounting(_folder.File(name), 3);
        File.WriteAllText(_folder.File("2026/theirs/_manifest.json"), """{ "files": ["b.parquet"] }""");
        File.WriteAllText(_folder.File("out/night_20261124T020000Z/_manifest.json"), """{ "run": "r", "inputDigest": "d", "files": [] }""");
    }

    [Fact]
    public async Task Freeze_FileWithoutRows_IsAManifestOfZeroRows()
    {
        WriteCounting(_folder.File("a.parquet"), 0);
        Assert.Equal(0, (await FreezeAsync([_folder.Path])).Rows);
    }

    [Fact]
    public async Task Freeze_NothingMatches_NamesTheDirectoryAndWhatItHolds()
    {
        File.WriteAllText(_folder.File("customers.csv"), "a,b");
        Directory.CreateDirectory(_folder.File("sub/x"));
        await RejectsAsync([Path.Combine(_folder.Path, "*.parquet")], "no matching file", _folder.Path, "customers.csv", "sub/");
        await RejectsAsync([Path.Combine(_folder.Path, "gone", "*.parquet")], "There is no directory", "gone", "customers.csv");
        await RejectsAsync([Path.Combine(_folder.Path, "gone.parquet")], "no matching file", "customers.csv");
    }

    [Fact]
    public async Task Freeze_EmptyFile_SaysSo()
    {
        File.WriteAllText(_folder.File("a.parquet"), "");
        await RejectsAsync([_folder.Path], "a.parquet", "0 bytes", "write the file again");
    }

    [Fact]
    public async Task Freeze_NotParquet_ShowsHowItBegins()
    {
        File.WriteAllText(_folder.File("a.parquet"), "id,name,value\n1,x,2\n");
        await RejectsAsync([_folder.Path], "a.parquet", "'id,name,'", "PAR1");
        File.WriteAllBytes(_folder.File("a.parquet"), [.. "PARE"u8, .. new byte[40]]);
        await RejectsAsync([_folder.Path], "encrypted");
    }

    [Fact]
    public async Task Freeze_FileCutAtAnyPlace_SaysTruncatedOrDamaged()
    {
        var path = _folder.File("a.parquet");
        WriteCounting(path, 1_000, 100);
        var whole = File.ReadAllBytes(path);
        foreach (var length in new[] { 4, 8, 11, 12, 100, whole.Length / 2, whole.Length - 8, whole.Length - 1 })
        {
            File.WriteAllBytes(path, whole[..length]);
            await RejectsAsync([path], path, "write or copy it again");
        }
    }

    [Fact]
    public async Task Freeze_FooterOverwritten_IsADamagedFileNotACrash()
    {
        var path = _folder.File("a.parquet");
        WriteCounting(path, 1_000, 100);
        var bytes = File.ReadAllBytes(path);
        bytes.AsSpan(bytes.Length - 200, 190).Fill(0xFF);
        File.WriteAllBytes(path, bytes);
        await RejectsAsync([path], path);
    }

    [Fact]
    public async Task Freeze_ColumnMissing_NamesTheNearest()
    {
        Write(_folder.File("a.parquet"), [Data.Of("customer_id", [1L]), Data.Of("income", [1f])]);
        await RejectsAsync([_folder.Path], ["costumer_id"], "a.parquet", "no column 'costumer_id'", "'customer_id'");
    }

    [Fact]
    public async Task Freeze_ColumnOfAnotherKindInALaterFile_NamesBothFilesAndKinds()
    {
        Write(_folder.File("a.parquet"), [Data.Of("x", [1f])]);
        Write(_folder.File("b.parquet"), [Data.Of("x", ["1"])]);
        await RejectsAsync([_folder.Path], ["x"], "b.parquet", "Text", "Float", "a.parquet");
    }

    [Fact]
    public async Task Freeze_ColumnMissingInALaterFile_NamesThatFile()
    {
        WriteCounting(_folder.File("a.parquet"), 1, column: "x");
        WriteCounting(_folder.File("b.parquet"), 1, column: "y");
        await RejectsAsync([_folder.Path], ["x"], "b.parquet", "no column 'x'", "'y'");
    }

    [Fact]
    public async Task Freeze_WiderIntegerInALaterFile_IsTheSameKind()
    {
        Write(_folder.File("a.parquet"), [Data.Of("x", [1])]);
        Write(_folder.File("b.parquet"), [Data.Of("x", [1L])]);
        var manifest = await InputCatalog.FreezeAsync([_folder.Path], new InputNeeds(["x"], null, []), TestContext.Current.CancellationToken);
        Assert.Equal(2, manifest.Rows);
    }

    [Fact]
    public async Task Freeze_Cancelled_Stops()
    {
        WriteCounting(_folder.File("a.parquet"), 1);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            InputCatalog.FreezeAsync([_folder.Path], new InputNeeds([], null, []), new CancellationToken(canceled: true)));
    }

    [Fact]
    public async Task Freeze_FileOfAnotherWriter_IsRead()
    {
        var field = new Parquet.Schema.DataField<double>("y");
        var text = new Parquet.Schema.DataField<string>("s");
        var path = _folder.File("net.parquet");
        await using (var stream = File.Create(path))
        await using (var writer =
            await Parquet.ParquetWriter.CreateAsync(new Parquet.Schema.ParquetSchema(field, text), stream,
            cancellationToken: TestContext.Current.CancellationToken))
        {
            using var group = writer.CreateRowGroup();
            await group.WriteAsync<double>(field, new[] { 1.5, 2.5 }, cancellationToken: TestContext.Current.CancellationToken);
            await group.WriteAsync(text, new string?[] { "a", null });
        }

        var manifest = await InputCatalog.FreezeAsync([path], new InputNeeds(["y", "s"], null, []), TestContext.Current.CancellationToken);
        using var reader = InputFileReader.Open(manifest.Files[0]);
        using var rows = reader.OpenRowGroup(0, ["y", "s"]);
        using var batch = new UnitColumns(manifest.Columns, 10);
        Assert.Equal(2, rows.Read(batch, 10));
        Assert.Equal([1.5, 2.5], batch["y"].Doubles.ToArray());
        Assert.Equal("a", Encoding.UTF8.GetString(batch["s"].Text[0]));
        Assert.Equal([1, 0], batch["s"].Present.ToArray());
    }

    private static Task<InputManifest> FreezeAsync(IReadOnlyList<string> patterns) =>
        InputCatalog.FreezeAsync(patterns, new InputNeeds(["x"], null, []), TestContext.Current.CancellationToken);

    private static Task RejectsAsync(IReadOnlyList<string> patterns, params string[] parts) => RejectsAsync(patterns, [], parts);

    private static async Task RejectsAsync(IReadOnlyList<string> patterns, IReadOnlyList<string> columns, params string[] parts)
    {
        var problem = await Assert.ThrowsAsync<BadInputException>(() =>
            InputCatalog.FreezeAsync(patterns, new InputNeeds(columns, null, []), TestContext.Current.CancellationToken));
        foreach (var part in parts)
            Assert.Contains(part, problem.Message, StringComparison.Ordinal);
    }
}
