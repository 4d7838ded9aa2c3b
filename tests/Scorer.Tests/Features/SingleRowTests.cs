using BatchEngine.Domain;
using BatchEngine.Scorer.Features;
using static BatchEngine.Scorer.Tests.Features.FeatureCases;

namespace BatchEngine.Scorer.Tests.Features;

public sealed class SingleRowTests
{
    [Fact]
    public void ListForAColumnOfNumbers_IsRefusedInWords()
    {
        var features = CompiledFeatures.Compile(FeatureSpec.AsIs(["a"]), [new InputColumn("a", ColumnKind.Float, false, "FLOAT")]);
        using var unit = features.CreateColumns(1);
        var message = Assert.Throws<BadInputException>(() =>
            SingleRow.Fill(unit, new Dictionary<string, object?> { ["a"] = new object?[] { 1L, 2L } })).Message;
        Assert.Contains("2 values (list)", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ColumnKind.Float, "1")]
    [InlineData(ColumnKind.Float, true)]
    [InlineData(ColumnKind.Integer, 1.5)]
    [InlineData(ColumnKind.Integer, 1e17)]
    [InlineData(ColumnKind.Integer, double.NaN)]
    [InlineData(ColumnKind.Bool, 1L)]
    [InlineData(ColumnKind.Text, 1L)]
    [InlineData(ColumnKind.Timestamp, "yesterday")]
    [InlineData(ColumnKind.Timestamp, 5L)]
    [InlineData(ColumnKind.Date, "2026-02-30")]
    public void Rejects_ValueOfAnotherType(ColumnKind kind, object value)
    {
        var problem = Assert.Throws<BadInputException>(() => SingleRowBatch.Of(new Dictionary<string, object?> { ["x"] = value }, [Column("x", kind)]));
        Assert.Contains("feature 'x'", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rejects_ColumnWithoutValueNamingTheNearest()
    {
        var problem = Assert.Throws<BadInputException>(() =>
            SingleRowBatch.Of(new Dictionary<string, object?> { ["incme"] = 1.0 }, [Column("income", ColumnKind.Float)]));
        Assert.Contains("'incme'", problem.Message, StringComparison.Ordinal);
        Assert.Contains("'income'", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Fill_JsonLikeValues_ReadAsTheColumnsKind()
    {
        Assert.Equal(0.1f, One(ColumnKind.Float, 0.1).Floats[0]);
        Assert.Equal(3f, One(ColumnKind.Float, 3L).Floats[0]);
        Assert.Equal(3L, One(ColumnKind.Integer, 3.0).Integers[0]);
        Assert.Equal(1L, One(ColumnKind.Bool, true).Integers[0]);
        Assert.Equal(19_782L, One(ColumnKind.Date, "2024-02-29").Integers[0]);
        Assert.Equal(1_709_212_455_000_000L, One(ColumnKind.Timestamp, "2024-02-29T14:14:15+01:00").Integers[0]);
        Assert.Equal(1_709_212_455_000_000L, One(ColumnKind.Timestamp, new DateTimeOffset(2024, 2, 29, 13, 14, 15, TimeSpan.Zero)).Integers[0]);
        Assert.Equal("ä"u8.ToArray(), One(ColumnKind.Text, "ä").Text[0].ToArray());
        Assert.True(One(ColumnKind.Text, null).HasMissing);
        Assert.Equal(float.NaN, One(ColumnKind.Float, null).Floats[0]);
    }

    [Fact]
    public void Fill_Again_ForgetsTheRowBefore()
    {
        using var batch = SingleRowBatch.Of(new Dictionary<string, object?> { ["x"] = null }, [Column("x", ColumnKind.Text)]);
        SingleRow.Fill(batch, new Dictionary<string, object?> { ["x"] = "b" });
        Assert.False(batch[0].HasMissing);
        Assert.Equal("b"u8.ToArray(), batch[0].Text[0].ToArray());
    }

    private static BatchEngine.Scorer.Inputs.ColumnVector One(ColumnKind kind, object? value) =>
        SingleRowBatch.Of(new Dictionary<string, object?> { ["x"] = value }, [Column("x", kind)])[0];
}
