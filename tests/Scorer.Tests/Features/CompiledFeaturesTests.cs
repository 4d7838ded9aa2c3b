using System.IO.Hashing;
using System.Text;
using BatchEngine.Domain;
using BatchEngine.Scorer.Features;
using static BatchEngine.Scorer.Tests.Features.FeatureCases;

namespace BatchEngine.Scorer.Tests.Features;

public sealed class CompiledFeaturesTests
{
    private static readonly DateTimeOffset Instant = new(2024, 2, 29, 13, 14, 15, TimeSpan.Zero);

    [Fact]
    public void Transform_NoSteps_CastsEveryKindOfNumber()
    {
        Assert.Equal([1.5f, float.NaN], Run(ColumnKind.Float, [], 1.5f, null));
        Assert.Equal([1.5f, float.NaN, float.PositiveInfinity], Run(ColumnKind.Double, [], 1.5, null, 1e300));
        Assert.Equal([-3f, float.NaN], Run(ColumnKind.Integer, [], -3L, null));
        Assert.Equal([1f, 0f, float.NaN], Run(ColumnKind.Bool, [], true, false, null));
        Assert.Equal([19_782f], Run(ColumnKind.Date, [], Instant));
        Assert.Equal([12.34f], Run(ColumnKind.Decimal, [], 12.34));
    }

    [Fact]
    public void Impute_NullAndNaN_BecomeTheConstant() =>
        Assert.Equal([7f, 7f, 1f, float.NegativeInfinity],
            Run(ColumnKind.Float, [new FeatureTransform.ImputeConstant(7)], null, float.NaN, 1f, float.NegativeInfinity));

    [Fact]
    public void Clip_ValuesBeyond_BecomeTheBoundAndMissingStays() =>
        Assert.Equal([0f, 10f, 5f, float.NaN, 10f], Run(ColumnKind.Float, [new FeatureTransform.Clip(0, 10)], -1f, 11f, 5f, null, float.PositiveInfinity));

    [Fact]
    public void Standardise_RoundsOnceFromDouble() =>
        Assert.Equal([(float)((16_777_217.0 - 0.1) / 3)], Run(ColumnKind.Integer, [new FeatureTransform.Standardise(0.1, 3)], 16_777_217L));

    [Fact]
    public void Log1P_AtAndBelowMinusOne_IsMinusInfinityNotMissing() =>
        Assert.Equal([0f, float.NegativeInfinity, float.NegativeInfinity, float.PositiveInfinity, float.NaN],
            Run(ColumnKind.Double, [new FeatureTransform.Log1P()], 0.0, -1.0, -5.0, double.PositiveInfinity, null));

    [Fact]
    public void Log1P_AnyMagnitude_IsRightToTheLastFloatAndNearlyTheLastDouble()
    {
        var random = new Random(5);
        var block = new double[4_096];
        for (var i = 0; i < block.Length; i++)
            block[i] = Math.Pow(10, random.NextDouble() * 620 - 310) * (i % 3 == 0 ? -1 : 1);
        for (var i = 0; i < block.Length; i++)
            block[i] = block[i] <= -1 ? -random.NextDouble() : block[i];
        var before = (double[])block.Clone();
        BlockSteps.Log1P(block);
        for (var i = 0; i < block.Length; i++)
        {
            var expected = Reference(before[i]);
            Assert.True(block[i].Equals(expected)
                || Math.Abs(block[i] - expected) <= 8e-16 * Math.Abs(expected) + double.Epsilon, $"ln(1 + {before[i]:R}) = {expected:R}, got {block[i]:R}");
        }

        // Another route: the correction term of (1 + x) applied to the library's logarithm.
        static double Reference(double x)
        {
            var u = 1 + x;
            return u == 1 ? x : double.IsInfinity(u) ? u : u - 1 == x ? Math.Log(u) : Math.Abs(x) < 1 ? Math.Log(u) * (x / (u - 1)) : Math.Log(u);
        }
    }

    [Theory]
    [InlineData(3)]
    [InlineData(100)]
    public void Bucketise_CountsEdgesAtOrBelow(int edgeCount)
    {
        double[] edges = [.. Enumerable.Range(0, edgeCount).Select(i => i * 2.0)];
        var last = edges[^1];
        Assert.Equal([0f, 1f, 1f, 2f, edgeCount, edgeCount, 0f, float.NaN],
            Run(ColumnKind.Double, [new FeatureTransform.Bucketise(edges)], -0.5, 0.0, 1.9, 2.0, last, double.PositiveInfinity, double.NegativeInfinity, null));
    }

    [Fact]
    public void Categories_OfFractions_MatchTheColumnsOwnPrecision()
    {
        Assert.Equal([[1, 0, 0, 0], [0, 1, 0, 0]], OneHot(ColumnKind.Float, ["0.1", "0.7"], 0.1f, 0.7f, 0.2f, null));
        Assert.Equal([[1, 1, 0, 0], [0, 0, 1, 0]], OneHot(ColumnKind.Double, ["0.1", "0.7"], 0.1, (double)0.1f, (double)0.7f, 0.3));
        Assert.Equal([[1, 1]], OneHot(ColumnKind.Float, ["0.1"], [new FeatureTransform.ImputeConstant(0.1)], 0.1f, null));
        Assert.Equal([[1, 1]], OneHot(ColumnKind.Float, ["0.1"], [new FeatureTransform.Clip(0.1, 0.3)], 0.1f, 0f));
        var map = new FeatureTransform.OrdinalMap(new Dictionary<string, double> { ["0.1"] = 5 }, -1);
        Assert.Equal([5f, -1f], Run(ColumnKind.Float, [map], 0.1f, 0.2f));
    }

    [Fact]
    public void Categories_OfAColumnOf16BitFloats_MatchThemInBatchAndInRequests()
    {
        var column = new InputColumn("x", ColumnKind.Float, true, "Float16", new StoredType(StoredForm.FixedBytes, ValueMeaning.Float16, 2));
        var spec = new FeatureSpec([new FeatureColumn("f", "x", [new FeatureTransform.OrdinalMap(new Dictionary<string, double> { ["0.1"] = 5 }, -1)])]);
        using var batch = Batch(column, (float)(Half)0.1f, 0.1f, 0.2f);
        using var matrix = Transform(CompiledFeatures.Compile(spec, [column]), batch);
        Assert.Equal([5f, 5f, -1f], matrix.Column(0).ToArray());
    }

    [Theory]
    [InlineData(2)]
    [InlineData(200)]
    public void Bucketise_EdgesOfFractions_CountTheirOwnFloats(int edgeCount)
    {
        double[] edges = [0.1, 0.7, .. Enumerable.Range(1, edgeCount - 2).Select(i => (double)i)];
        var step = new FeatureTransform.Bucketise(edges);
        Assert.Equal([0f, 1f, 1f, 2f], Run(ColumnKind.Float, [step], MathF.BitDecrement(0.1f), 0.1f, MathF.BitDecrement(0.7f), 0.7f));
        Assert.Equal([2f], Run(ColumnKind.Float, [new FeatureTransform.ImputeConstant(0.7), step], [null]));
        Assert.Equal([0f, 1f, 1f, 2f], Run(ColumnKind.Double, [step], Math.BitDecrement(0.1), 0.1, (double)0.7f, 0.7));
    }

    [Fact]
    public void OneHot_TextBoolAndNumbers_SpreadToNamedFeatures()
    {
        Assert.Equal([[1, 0, 0, 0], [0, 1, 0, 0]], OneHot(ColumnKind.Text, ["a", "größe"], "a", "größe", "unseen", null));
        Assert.Equal([[0, 1, 0], [1, 0, 0]], OneHot(ColumnKind.Bool, ["false", "true"], true, false, null));
        Assert.Equal([[1, 0, 0], [0, 1, 0]], OneHot(ColumnKind.Integer, ["-1", "9007199254740993"], -1L, 9007199254740993L, 9007199254740992L));
        Assert.Equal([[1, 0, 0], [0, 0, 1]], OneHot(ColumnKind.Double, ["1", "2.5"], 1.0, double.NaN, 2.5));
    }

    [Fact]
    public void OneHot_AfterBucketise_NamesBuckets() =>
        Assert.Equal([[0, 1, 0], [1, 0, 0]], OneHot(ColumnKind.Float, ["0", "1"], [new FeatureTransform.Bucketise([10.0])], 10f, 9f, null));

    [Fact]
    public void OrdinalMap_UnseenAndMissing_GetTheUnseenNumber()
    {
        var values = new Dictionary<string, double> { ["low"] = 1, ["high"] = 2.5, [""] = 9 };
        Assert.Equal([1f, 2.5f, -1f, -1f, 9f], Run(ColumnKind.Text, [new FeatureTransform.OrdinalMap(values, -1)], "low", "high", "mid", null, ""));
        Assert.Equal([float.NaN, float.NaN], Run(ColumnKind.Text, [new FeatureTransform.OrdinalMap(values, double.NaN)], "mid", null));
    }

    [Fact]
    public void HashBucket_TextIntegerAndBool_HashTheirUtf8Text()
    {
        static float Bucket(string text) => XxHash64.HashToUInt64(Encoding.UTF8.GetBytes(text), 42) % 1_000;
        FeatureTransform[] steps = [new FeatureTransform.HashBucket(1_000, 42)];
        Assert.Equal([Bucket("größe"), Bucket(""), float.NaN], Run(ColumnKind.Text, steps, "größe", "", null));
        Assert.Equal([Bucket("-9223372036854775808"), Bucket("17"), float.NaN], Run(ColumnKind.Integer, steps, long.MinValue, 17L, null));
        Assert.Equal([Bucket("true"), Bucket("false")], Run(ColumnKind.Bool, steps, true, false));
        Assert.Equal([Bucket("1")], Run(ColumnKind.Float, [new FeatureTransform.Bucketise([0.0]), .. steps], 5f));
    }

    [Theory]
    [InlineData(CalendarPart.Year, 2024, 1969)]
    [InlineData(CalendarPart.Month, 2, 12)]
    [InlineData(CalendarPart.Day, 29, 31)]
    [InlineData(CalendarPart.DayOfWeek, 3, 2)]
    [InlineData(CalendarPart.DayOfYear, 60, 365)]
    [InlineData(CalendarPart.Hour, 13, 23)]
    [InlineData(CalendarPart.DaysSinceEpoch, 19_782, -1)]
    [InlineData(CalendarPart.SecondsSinceEpoch, 1_709_212_455, -1)]
    public void DatePart_InstantsBeforeAndAfterTheEpoch_GiveTheirParts(CalendarPart part, float now, float beforeEpoch)
    {
        FeatureTransform[] steps = [new FeatureTransform.DatePart(part)];
        Assert.Equal([now, beforeEpoch, float.NaN], Run(ColumnKind.Timestamp, steps, Instant, DateTimeOffset.UnixEpoch.AddSeconds(-1), null));
        if (part is not CalendarPart.Hour and not CalendarPart.SecondsSinceEpoch)
            Assert.Equal([now, beforeEpoch], Run(ColumnKind.Date, steps, Instant, DateTimeOffset.UnixEpoch.AddSeconds(-1)));
    }

    [Fact]
    public void DatePart_EveryDayOfFourCenturies_AgreesWithTheCalendar()
    {
        for (var day = new DateOnly(1800, 1, 1); day.Year < 2200; day = day.AddDays(1))
        {
            var days = day.DayNumber - new DateOnly(1970, 1, 1).DayNumber;
            Assert.Equal(((int)day.DayOfWeek + 6) % 7, CalendarMath.OfDay(CalendarPart.DayOfWeek, days));
            Assert.Equal(day.Month, CalendarMath.OfInstant(CalendarPart.Month, days * CalendarMath.MicrosPerDay));
        }
        Assert.Equal(double.NaN, CalendarMath.OfDay(CalendarPart.Year, long.MaxValue / 2));
    }

    [Fact]
    public void MissingIndicator_AnyKind_TellsMissingFromZeroAndEmpty()
    {
        FeatureTransform[] steps = [new FeatureTransform.MissingIndicator()];
        Assert.Equal([1f, 0f, 1f], Run(ColumnKind.Float, steps, null, 0f, float.NaN));
        Assert.Equal([1f, 0f], Run(ColumnKind.Integer, steps, null, 0L));
        Assert.Equal([1f, 0f], Run(ColumnKind.Text, steps, null, ""));
        Assert.Equal([1f, 0f], Run(ColumnKind.Timestamp, steps, null, Instant));
    }

    [Fact]
    public void Transform_PassThroughFloats_AreReadInPlaceOnceBound()
    {
        InputColumn[] columns = [Column("a", ColumnKind.Float), Column("b", ColumnKind.Float)];
        var features = CompiledFeatures.Compile(new FeatureSpec([FeatureColumn.AsIs("b"), FeatureColumn.AsIs("a"), new FeatureColumn("again", "a", [])]),
            columns);
        using var batch = features.CreateColumns(3);
        using var matrix = features.CreateMatrix(4);
        features.Bind(batch, matrix);
        Fill(batch, [new Dictionary<string, object?> { ["a"] = 1f, ["b"] = 2f }, new Dictionary<string, object?> { ["a"] = null, ["b"] = 3f }]);
        features.Transform(batch, matrix);

        Assert.Equal([2f, 3f], matrix.Column(0).ToArray());
        Assert.Equal([1f, float.NaN], matrix.Column(1).ToArray());
        Assert.Equal([1f, float.NaN], matrix.Column(2).ToArray());
        batch["b"].Floats[0] = 5f;
        Assert.Equal(5f, matrix.Column(0)[0]);
    }

    [Fact]
    public void Transform_StorageTheModelWants_KeepsIntegersExactAndTextAsBytes()
    {
        InputColumn[] columns = [Column("n", ColumnKind.Integer), Column("t", ColumnKind.Text), Column("d", ColumnKind.Double)];
        var spec = new FeatureSpec(
            [FeatureColumn.AsIs("n"), FeatureColumn.AsIs("t"), FeatureColumn.AsIs("d"),
            new FeatureColumn("m", "d", [new FeatureTransform.MissingIndicator()])]);
        var features = CompiledFeatures.Compile(spec, columns, [FeatureStorage.Int64, FeatureStorage.Text, FeatureStorage.Float64, FeatureStorage.Int64]);
        using var batch = Batch(columns, [
            new Dictionary<string, object?> { ["n"] = long.MaxValue, ["t"] = "ä", ["d"] = 0.1 },
            new Dictionary<string, object?> { ["n"] = null, ["t"] = null, ["d"] = null }]);
        using var matrix = Transform(features, batch);

        Assert.Equal([long.MaxValue, 0], matrix.IntegerColumn(0).ToArray());
        Assert.Equal([1, 0], matrix.Present(0).ToArray());
        Assert.True(matrix.HasMissing(0));
        Assert.Equal("ä"u8.ToArray(), matrix.TextColumn(1)[0].ToArray());
        Assert.Equal([1, 0], matrix.Present(1).ToArray());
        Assert.Equal([0.1, double.NaN], matrix.DoubleColumn(2).ToArray());
        Assert.Equal([0L, 1L], matrix.IntegerColumn(3).ToArray());
        Assert.False(matrix.HasMissing(3));
    }

    private static float[][] OneHot(ColumnKind kind, string[] categories, params object?[] values) => OneHot(kind, categories, [], values);

    private static float[][] OneHot(ColumnKind kind, string[] categories, FeatureTransform[] before, params object?[] values)
    {
        var column = Column("x", kind);
        using var batch = Batch(column, values);
        var features = CompiledFeatures.Compile(new FeatureSpec([new FeatureColumn("f", "x", [.. before, new FeatureTransform.OneHot(categories)])]), [column]);
        Assert.Equal(categories.Select(c => $"f={c}"), features.FeatureNames);
        using var matrix = Transform(features, batch);
        return [.. Enumerable.Range(0, categories.Length).Select(i => matrix.Column(i).ToArray())];
    }
}
