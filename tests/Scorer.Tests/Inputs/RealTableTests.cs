using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Scorer.Features;
using BatchEngine.Scorer.Inputs;
using BatchEngine.Scorer.Inputs.Manifests;

namespace BatchEngine.Scorer.Tests.Inputs;

public sealed class RealTableTests
{
    private static readonly string[] Features =
        ["longitude", "latitude", "housing_median_age", "total_rooms", "total_bedrooms", "population", "households", "median_income"];

    [Fact]
    public async Task Read_CaliforniaHousing_GivesAllRowsAndThe207WithoutBedrooms()
    {
        var path = SharedFile("housing/housing.parquet");
        var manifest = await InputCatalog.FreezeAsync([path], new InputNeeds([.. Features, "district_id"], null, []), TestContext.Current.CancellationToken);
        Assert.Equal(20_640, manifest.Rows);

        var compiled = CompiledFeatures.Compile(FeatureSpec.AsIs(Features), manifest.Columns);
        using var reader = InputFileReader.Open(manifest.Files[0]);
        using var batch = compiled.CreateColumns(1_000);
        using var matrix = compiled.CreateMatrix(1_000);
        compiled.Bind(batch, matrix);
        var (rows, missing) = (0L, 0);
        for (var g = 0; g < reader.RowGroupCount; g++)
        {
            using var group = reader.OpenRowGroup(g, compiled.SourceColumns);
            while (group.Read(batch, 1_000) > 0)
            {
                compiled.Transform(batch, matrix);
                foreach (var bedrooms in matrix.Column(4))
                    missing += float.IsNaN(bedrooms) ? 1 : 0;
                foreach (var longitude in matrix.Column(0))
                    Assert.InRange(longitude, -124.5f, -114f);
                rows += matrix.Rows;
            }
        }
        Assert.Equal(20_640, rows);
        Assert.Equal(207, missing);
    }

    private static string SharedFile(string name)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, "shared", "data", name);
            if (File.Exists(path))
                return path;
        }
        Assert.Skip(string.Create(CultureInfo.InvariantCulture, $"NeedsSharedData: {name}"));
        return "";
    }
}
