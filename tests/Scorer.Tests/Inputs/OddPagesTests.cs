using BatchEngine.Domain;
using BatchEngine.Scorer.Inputs;
using BatchEngine.TestKit.Folders;
using static BatchEngine.Scorer.Tests.Inputs.ParquetFiles;

namespace BatchEngine.Scorer.Tests.Inputs;

/// <summary>Pages, row groups and names that few writers make.</summary>
public sealed class OddPagesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Pages_WithoutAnyRow_AreReadOver(bool isOptional)
    {
        var path = _folder.File("a.parquet");
        HandmadeParquet.Write(path, "x", isOptional, [[[], [1, 2], [], [], [3], []], [[], []], [[4]]]);
        Assert.Equal([1f, 2, 3, 4], Read(path, 10));
        Assert.Equal([1f, 2, 3, 4], Read(path, 1));
        Assert.Equal([3f], Read(path, 10, skip: 2)[..1]);
    }

    [Fact]
    public void Pages_WithoutAnyValue_AreMissing()
    {
        var path = _folder.File("a.parquet");
        HandmadeParquet.Write(path, "x", isOptional: true, [[[null, null], [1, null], [null], [2]], [[null, null, null]]]);
        Assert.Equal([float.NaN, float.NaN, 1, float.NaN, float.NaN, 2, float.NaN, float.NaN, float.NaN], Read(path, 4));
        Assert.Equal([1f], Read(path, 10, skip: 2)[..1]);
    }

    [Fact]
    public void Column_ThatEndsBeforeItsRows_IsDamagedAndNotWaitedFor()
    {
        var path = _folder.File("a.parquet");
        HandmadeParquet.Write(path, "x", isOptional: false, [[[1, 2], []]], withheldRows: 3);
        Assert.Contains("3 rows early", Assert.Throws<BadInputException>(() => Read(path, 10)).Message, StringComparison.Ordinal);
        Assert.Contains("2 rows early", Assert.Throws<BadInputException>(() => Read(path, 10, skip: 4)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RowGroups_ThatBeginSmall_AreReadWhole()
    {
        var path = _folder.File("a.parquet");
        HandmadeParquet.Write(path, "x", isOptional: false, [[[1]], [[]], [[.. Enumerable.Range(2, 5_000).Select(i => (float?)i)]], [[9_000]]]);
        Assert.Equal([1f, .. Enumerable.Range(2, 5_000).Select(i => (float)i), 9_000], Read(path, 999));
    }

    [Theory]
    [InlineData("a.b")]
    [InlineData(" a b ")]
    [InlineData("größe, 'mittel' \"x\"")]
    [InlineData("a,b")]
    [InlineData("列")]
    [InlineData("a\\b/c=d")]
    public void Name_OfAnyLetters_IsFoundAsItIs(string name)
    {
        var path = _folder.File("a.parquet");
        ParquetFiles.Write(path, [Data.Of("other", [9f]), Data.Of(name, [5f])]);
        using var reader = InputFileReader.Open(path);
        using var unit = new UnitColumns([reader.Columns[1]], 10);
        using var group = reader.OpenRowGroup(0, [name]);
        Assert.Equal(1, group.Read(unit, 10));
        Assert.Equal((name, 5f), (reader.Columns[1].Name, unit[name].Floats[0]));
    }

    [Fact]
    public void Names_ThatDifferOnlyInCase_AreTwoColumns()
    {
        var path = _folder.File("a.parquet");
        ParquetFiles.Write(path, [Data.Of("Age", [1f]), Data.Of("age", [2f]), Data.Of("AGE", [3f])]);
        using var reader = InputFileReader.Open(path);
        using var unit = new UnitColumns([reader.Columns[1], reader.Columns[0]], 10);
        using var group = reader.OpenRowGroup(0, ["age", "Age"]);
        group.Read(unit, 10);
        Assert.Equal((2f, 1f), (unit[0].Floats[0], unit[1].Floats[0]));
    }

    [Fact]
    public void Name_OfTwoColumns_IsRefusedOnlyWhereItIsRead()
    {
        var path = _folder.File("a.parquet");
        ParquetFiles.Write(path, [Data.Of("x", [1f]), Data.Of("y", [2f]), Data.Of("x", [3f])]);
        using var reader = InputFileReader.Open(path);
        reader.OpenRowGroup(0, ["y"]).Dispose();
        Assert.Contains("two columns named 'x'", Assert.Throws<BadInputException>(() => reader.OpenRowGroup(0, ["x"])).Message, StringComparison.Ordinal);
    }

    private static float[] Read(string path, int unitRows, long skip = 0)
    {
        using var reader = InputFileReader.Open(path);
        using var unit = new UnitColumns(reader.Columns, unitRows);
        var values = new List<float>();
        for (var g = 0; g < reader.RowGroupCount; g++)
        {
            using var group = reader.OpenRowGroup(g, reader.Columns);
            if (g == 0)
                group.Skip(skip);
            while (group.Read(unit, unitRows) is > 0 and var rows)
                values.AddRange(unit[0].Floats[..rows].ToArray());
        }
        return [.. values];
    }
}
