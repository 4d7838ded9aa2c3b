using BatchEngine.Domain;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Inputs;
using BatchEngine.Scorer.Inputs.Files;
using BatchEngine.Scorer.Profiles;
using BatchEngine.Scorer.Tests.Sharding;
using CsCheck;

namespace BatchEngine.Scorer.Tests.Profiles;

public sealed class ProfileTests
{
    private static readonly InputColumn[] s_columns =
        [new("x", ColumnKind.Float, true, ""), new("n", ColumnKind.Integer, true, ""), new("t", ColumnKind.Text, true, "")];

    [Fact]
    public void BinSearch_OfAnyEdgesAndValues_CountsTheEdgesAtOrBelow()
    {
        Gen.Select(Gen.Float.Array[0, 255], Gen.Float.Array[0, 70]).Sample((raw, values) =>
        {
            var edges = raw.Where(float.IsFinite).Select(e => e == 0 ? 0f : e).Distinct().Order().ToArray();
            var tried = values.Concat(edges.Take(40)).ToArray();
            var bins = new byte[tried.Length];
            new BinSearch(edges).Find(tried, bins);
            for (var i = 0; i < tried.Length; i++)
            {
                if (!float.IsNaN(tried[i]) && bins[i] != edges.Count(e => e <= tried[i]))
                    return false;
            }
            return true;
        });
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(254)]
    [InlineData(255)]
    public void BinSearch_OfEveryEdgeCount_IsRightAroundEachEdge(int count)
    {
        var edges = Enumerable.Range(0, count).Select(i => (float)i).ToArray();
        var values = Enumerable.Range(-1, 258).SelectMany(i => new[] { i - 0.5f, i }).Append(float.NegativeInfinity).Append(float.PositiveInfinity).ToArray();
        var bins = new byte[values.Length];
        new BinSearch(edges).Find(values, bins);
        Assert.Equal(values.Select(v => (byte)edges.Count(e => e <= v)), bins);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(255)]
    public void Tally_OfEveryEdgeCount_IsRightAroundEachEdge(int count)
    {
        var edges = Enumerable.Range(-count / 2, count).Select(i => i == 0 ? 0f : i).ToArray();
        var values = edges.SelectMany(e => new[] { e, float.BitDecrement(e), float.BitIncrement(e) })
            .Concat([-0f, float.Epsilon, -float.Epsilon, float.NegativeInfinity, float.PositiveInfinity, float.NaN, -float.NaN, float.MinValue, float.MaxValue])
                .ToArray();
        MustCount(edges, values);
        MustCount(edges, [.. values.Reverse(), .. Enumerable.Repeat(0.5f, 9_000), .. values]);
    }

    [Fact]
    public void Tally_OfAnyEdgesAndValues_CountsAsOneByOne()
    {
        Gen.Select(Gen.Float.Array[1, 80], Gen.Float.Array[0, 70], Gen.Int[0, 1_100]).Sample((raw, values, more) =>
        {
            var edges = raw.Where(float.IsFinite).Select(e => e == 0 ? 0f : e).Distinct().Order().ToArray();
            if (edges.Length > 0)
                MustCount(edges, [.. values, .. Enumerable.Range(0, more).Select(i => edges[i % edges.Length])]);
        }, iter: 300);
    }

    [Fact]
    public void Tally_WithAndWithoutWideRegisters_SumsToTheSameBits()
    {
        var random = new Random(5);
        var values = Enumerable.Range(0, 20_000).Select(_ => (float)((random.NextDouble() - 0.3) * Math.Exp(10 * random.NextDouble()))).ToArray();
        var (finite, any) = (new Moments(), new Moments());
        finite.Add(values, areFinite: true);
        any.Add(values, areFinite: false);
        Assert.Equal((finite.Sum, finite.SumOfSquares, finite.Min, finite.Max, finite.Missing), (any.Sum, any.SumOfSquares, any.Min, any.Max, any.Missing));
        Assert.Equal(((double)values.Min(), (double)values.Max()), (any.Min, any.Max));
        Assert.Equal(values.Sum(v => (double)v), any.Sum, 1e-9 * Math.Abs(any.Sum));
        Assert.Equal(values.Sum(v => (double)v * v), any.SumOfSquares, 1e-9 * any.SumOfSquares);
    }

    [Fact]
    public void Collector_CountsValuesMissingAndUnseen()
    {
        var collector = new ProfileCollector(Edges(), s_columns, [OutputColumn.Number("y")], 5, []);
        using var batch = new UnitColumns(s_columns, 5);
        var block = Fill(batch, [1f, 2f, float.NaN, -1f, 9f], [4, 5, 6, 7, 8], ["red", "blue", "pink", "red", "red"], [0.1f, 0.2f, 0.3f, 0.9f, 0.9f]);
        collector.Add(batch, block, 0);
        var profiles = collector.Current().ToDictionary(p => p.Edges.Column);
        Assert.Equal([1L, 1, 2], profiles["x"].Counts);
        Assert.Equal((1L, -1.0, 9.0, 11.0, 87.0), (profiles["x"].Missing, profiles["x"].Min, profiles["x"].Max, profiles["x"].Sum, profiles["x"].SumOfSquares));
        Assert.Equal([2L, 3], profiles["n"].Counts);
        Assert.Equal([1L, 3, 1], profiles["t"].Counts); // blue, red, unseen
        Assert.Equal(1, profiles["t"].Unseen);
        Assert.True(profiles["y"].IsOutput);
        Assert.Equal([3L, 2], profiles["y"].Counts);
        Assert.All(profiles.Values, p => Assert.Equal((1, 5L), (p.OneIn, p.Rows)));
    }

    [Fact]
    public void Collector_OfInfiniteValues_KeepsTheMomentsFinite()
    {
        var collector = new ProfileCollector(Edges(), s_columns, [], 10, []);
        using var batch = new UnitColumns(s_columns, 10);
        var x = Enumerable.Range(0, 10).Select(i => i == 3 ? float.PositiveInfinity : i == 9 ? float.NegativeInfinity : 1f).ToArray();
        collector.Add(batch, Fill(batch, x, new long[10], [.. Enumerable.Repeat("red", 10)], new float[10]), 0);
        var profile = collector.Current()[0];
        Assert.Equal((10L, 8.0, 1.0, 1.0), (profile.Rows, profile.Sum, profile.Min, profile.Max));
    }

    [Fact]
    public void Collector_ThatGoesOnFromACheckpoint_EndsWithTheSameBits()
    {
        using var batch = new UnitColumns(s_columns, 300);
        var block = Fill(batch, [.. Enumerable.Range(0, 300).Select(i => i % 7 == 0 ? float.NaN : i / 7f)], [.. Enumerable.Range(0, 300).Select(i => (long)i)],
            [.. Enumerable.Range(0, 300).Select(i => i % 3 == 0 ? "red" : "pink")], new float[300]);
        var whole = new ProfileCollector(Edges(), s_columns, [OutputColumn.Number("y")], 600, []);
        whole.Add(batch, block, 0);
        var saved = whole.Current();
        whole.Add(batch, block, 300);
        var resumed = new ProfileCollector(Edges(), s_columns, [OutputColumn.Number("y")], 600, saved);
        resumed.Add(batch, block, 300);
        MustBeEqual(whole.Current(), resumed.Current());
        Assert.Throws<InvariantBrokenException>(() => new ProfileCollector(Edges(), s_columns, [OutputColumn.Number("y")], 50_000_000, saved));
        Assert.Throws<InvariantBrokenException>(() => new ProfileCollector(Edges(), s_columns, [], 600, saved));
    }

    [Fact]
    public void Merging_InAnyGrouping_CountsAlike()
    {
        Gen.Float[-10, 10].Array[1, 60].Sample(values =>
        {
            var whole = Profile([-3, 0, 3], values);
            for (var cut = 0; cut <= values.Length; cut += 7)
            {
                var merged = Profile([-3, 0, 3], values[..cut]).Merge(Profile([-3, 0, 3], values[cut..]));
                if (!merged.Counts.SequenceEqual(whole.Counts) || merged.Min != whole.Min || merged.Max != whole.Max || Math.Abs(merged.Sum - whole.Sum) > 1e-6)
                    return false;
            }
            return true;
        });
    }

    [Fact]
    public async Task SampledEdges_OfTheSameManifest_AreTheSame()
    {
        using var fixture = await ShardFixture.CreateAsync();
        var again = await ProfileEdges.SampleAsync(fixture.Plan.Manifest, fixture.Plan.Features, fixture.Model, InputFiles.OfThisMachine,
            TestContext.Current.CancellationToken);
        Assert.Equal(["a", "b", "c", "y"], again.Keys.Order(StringComparer.Ordinal));
        Assert.All(again, e => Assert.Equal(fixture.Plan.ProfileEdges[e.Key].Edges, e.Value.Edges));
    }

    private static Dictionary<string, BinEdges> Edges() => new(StringComparer.Ordinal)
    {
        ["x"] = new("x", [0f, 2f], []),
        ["n"] = new("n", [6f], []),
        ["t"] = new("t", [], ["blue", "red"]),
        ["y"] = new("y", [0.5f], []),
    };

    private static ColumnProfile Profile(float[] edges, float[] values)
    {
        var tally = new NumberTally(new BinEdges("x", edges, []), false);
        var rows = new CountedRows(1);
        rows.Select(0, values.Length);
        tally.Add(values, rows);
        return tally.Current();
    }

    private static void MustCount(float[] edges, float[] values)
    {
        var expected = new long[edges.Length + 1];
        foreach (var value in values.Where(v => !float.IsNaN(v)))
            expected[edges.Count(e => e <= value)]++;
        var profile = Profile(edges, values);
        Assert.Equal(expected, profile.Counts);
        Assert.Equal(values.Count(float.IsNaN), profile.Missing);
    }

    private static void MustBeEqual(IReadOnlyList<ColumnProfile> expected, IReadOnlyList<ColumnProfile> actual)
    {
        Assert.Equal(expected.Count, actual.Count);
        foreach (var (a, b) in expected.Zip(actual))
        {
            Assert.Equal(a.Counts, b.Counts);
            Assert.Equal((a.OneIn, a.Missing, a.Min, a.Max, a.Sum, a.SumOfSquares), (b.OneIn, b.Missing, b.Min, b.Max, b.Sum, b.SumOfSquares));
        }
    }

    private static UnitPredictions Fill(UnitColumns batch, float[] x, long[] n, string[] t, float[] y)
    {
        batch.Start(x.Length);
        x.CopyTo(batch[0].Floats);
        n.CopyTo(batch[1].Integers);
        foreach (var text in t)
            batch[2].Text.Append(System.Text.Encoding.UTF8.GetBytes(text));
        var block = new UnitPredictions(1, y.Length) { Rows = y.Length };
        y.CopyTo(block.Column(0));
        return block;
    }
}
