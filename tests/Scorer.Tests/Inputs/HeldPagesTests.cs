using BatchEngine.Domain;
using BatchEngine.Scorer.Inputs.Manifests;
using BatchEngine.Scorer.Outputs;
using BatchEngine.TestKit.Folders;

namespace BatchEngine.Scorer.Tests.Inputs;

public sealed class HeldPagesTests
{
    private const int Rows = 100_000;
    private const int BufferBytes = BatchEngine.Scorer.Inputs.RowGroupReader.StreamBufferBytes;

    [Fact]
    public async Task ColumnsInSmallPages_HoldAPageEach()
    {
        using var folder = new TemporaryFolder();
        const int pageBytes = 16 << 10;
        ParquetFiles.Write(folder.File("in/a.parquet"), [Floats("x"), Floats("y"), Floats("z")], configure: p => p.DisableDictionary().DataPagesize(pageBytes));
        var held = await HeldAsync(folder, "x", "y");
        Assert.InRange(held, (2 * (pageBytes + BufferBytes)) + 1_000, 3 * ((2 * pageBytes) + BufferBytes));
    }

    [Fact]
    public async Task AColumnInOnePage_HoldsAllItsRows()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("in"));
        await using (var file = File.Create(folder.File("in/a.parquet")))
        await using (var table =
            await TableWriter.CreateAsync(file, [new("x", ColumnKind.Float, false)], TestContext.Current.CancellationToken))
        {
            await table.WriteRowGroupAsync([Values()], TestContext.Current.CancellationToken);
            await table.CompleteAsync(TestContext.Current.CancellationToken);
        }
        Assert.InRange(await HeldAsync(folder, "x"), Rows * sizeof(float), (3 * Rows * sizeof(float)) + BufferBytes);
    }

    [Fact]
    public async Task ADictionary_IsHeldBesideThePage()
    {
        using var folder = new TemporaryFolder();
        ParquetFiles.Write(folder.File("in/a.parquet"), [ParquetFiles.Data.Of("x", Array.ConvertAll(Values(), v => MathF.Floor(v * 1_000)))], configure: p =>
            p.DataPagesize(8 << 10));
        var held = await HeldAsync(folder, "x");
        Assert.InRange(held, BufferBytes + 4_000 + 4_000, 2 * (BufferBytes + 24_000));
    }

    private static float[] Values()
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, Rows).Select(_ => random.NextSingle())];
    }

    private static ParquetFiles.Data Floats(string name) => ParquetFiles.Data.Of(name, Values());

    private static async Task<long> HeldAsync(TemporaryFolder folder, params string[] columns)
    {
        var needs = new InputNeeds(columns, null, []);
        var manifest = await InputCatalog.FreezeAsync([folder.File("in/a.parquet")], needs, TestContext.Current.CancellationToken);
        return HeldPages.Of(manifest, [.. manifest.Columns.Where(c => columns.Contains(c.Name))]);
    }
}
