using BatchEngine.Domain;
using BatchEngine.Scorer.Inputs.Manifests;
using BatchEngine.Scorer.Profiles;
using BatchEngine.Scorer.Tests.Inputs;
using BatchEngine.TestKit.Folders;
using static BatchEngine.Scorer.Tests.Inputs.ParquetFiles;

namespace BatchEngine.Scorer.Tests.Profiles;

public sealed class ColumnMeansTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task Mean_IsThatOfAllRowsOfAllFiles(int threads)
    {
        ParquetFiles.Write(_folder.File("a.parquet"), [Data.Of("x", [1f, float.NaN, 2, float.PositiveInfinity, 3])], rowsPerGroup: 2);
        ParquetFiles.Write(_folder.File("b.parquet"), [Data.Of("x", new double?[] { 1000, null, 1994 })]);
        Assert.Equal(600, await MeanAsync(new ColumnMeans(), threads));
    }

    [Fact]
    public async Task Mean_OfManyFractions_IsRightToTheLastDigit()
    {
        var random = new Random(7);
        var values = Enumerable.Range(0, 100_000).Select(_ => Math.Round(random.NextDouble() * 1e6, 2)).ToArray();
        ParquetFiles.Write(_folder.File("a.parquet"), [Data.Of("x", values)], rowsPerGroup: 999);
        Assert.Equal((double)(values.Sum(v => (decimal)v) / values.Length), await MeanAsync(new ColumnMeans(), 3));
    }

    [Fact]
    public async Task Mean_AfterOtherSteps_IsOfWhatTheyLeave()
    {
        ParquetFiles.Write(_folder.File("a.parquet"), [Data.Of("x", new double?[] { 5, 15, 1_000, null })]);
        Assert.Equal(10, await MeanAsync(new ColumnMeans(), 1, new FeatureTransform.Clip(0, 10), new FeatureTransform.Clip(10, 20)));
    }

    [Fact]
    public async Task Mean_OfAColumnWithoutValues_IsRefusedWithAdvice()
    {
        ParquetFiles.Write(_folder.File("a.parquet"), [Data.Of("x", new double?[] { null })]);
        var problem = await Assert.ThrowsAsync<BadInputException>(() => MeanAsync(new ColumnMeans(), 1));
        Assert.Contains("impute: 0", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mean_OfText_IsRefused()
    {
        ParquetFiles.Write(_folder.File("a.parquet"), [Data.Of("x", ["a"])]);
        await Assert.ThrowsAsync<BadInputException>(() => MeanAsync(new ColumnMeans(), 1));
    }

    [Fact]
    public async Task File_ThatWasRead_IsNotReadAgain()
    {
        ParquetFiles.Write(_folder.File("a.parquet"), [Data.Of("x", [1f, 3])]);
        var manifest = await FreezeAsync();
        var means = new ColumnMeans();
        var first = await means.FillAsync(Asked(), manifest, 1, Ct);
        File.Delete(_folder.File("a.parquet"));
        Assert.Equal(first.ContentHash, (await means.FillAsync(Asked(), manifest, 1, Ct)).ContentHash);
        await Assert.ThrowsAsync<BadInputException>(() => means.FillAsync(Asked(new FeatureTransform.Log1P()), manifest, 1, Ct));
    }

    private static FeatureSpec Asked(params FeatureTransform[] before) => new([new FeatureColumn("f", "x", [.. before, new FeatureTransform.ImputeMean()])]);

    private Task<InputManifest> FreezeAsync() => InputCatalog.FreezeAsync([_folder.Path], new InputNeeds(["x"], null, []), Ct);

    private async Task<double> MeanAsync(ColumnMeans means, int threads, params FeatureTransform[] before)
    {
        var asked = Asked(before);
        var filled = await means.FillAsync(asked, await FreezeAsync(), threads, Ct);
        return Assert.Single(FeatureMeans.In(asked, filled)).Value;
    }
}
