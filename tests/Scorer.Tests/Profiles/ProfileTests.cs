using BatchEngine.Domain;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Inputs;
using BatchEngine.Scorer.Profiles;
using BatchEngine.Scorer.Tests.Sharding;
using CsCheck;

namespace BatchEngine.Scorer.Tests.Profiles;

public sealed class ProfileTests
{
    private static readonly InputColumn[] s_columns = [new("x", ColumnKind.Float, true, ""), new("n", ColumnKind.Integer, true, ""), new("t", ColumnKind.Text, true, "")];

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

    [Fact]
    public void Collector_CountsValuesMissingAndUnseen()
    {
        var collector = new ProfileCollector(Edges(), s_columns, [OutputColumn.Number("y")]);
        using var batch = new ColumnBatch(s_columns, 5);
        var block = Fill(batch, [1f, 2f, float.NaN, -1f, 9f], [4, 5, 6, 7, 8], ["red", "blue", "pink", "red", "red"], [0.1f, 0.2f, 0.3f, 0.9f, 0.9f]);
        collector.Add(batch, block);
        var profiles = collector.Take().ToDictionary(p => p.Edges.Column);
        Assert.Equal([1L, 1, 2], profiles["x"].Counts);
        Assert.Equal((1L, -1.0, 9.0, 11.0, 87.0), (profiles["x"].Missing, profiles["x"].Min, profiles["x"].Max, profiles["x"].Sum, profiles["x"].SumOfSquares));
        Assert.Equal([2L, 3], profiles["n"].Counts);
        Assert.Equal([1L, 3, 1], profiles["t"].Counts); // blue, red, unseen
        Assert.Equal(1, profiles["t"].Unseen);
        Assert.True(profiles["y"].IsOutput);
        Assert.Equal([3L, 2], profiles["y"].Counts);
        Assert.Equal(0, collector.Take()[0].Rows);
    }

    [Fact]
    public void Collector_OfInfiniteValues_KeepsTheMomentsFinite()
    {
        var collector = new ProfileCollector(Edges(), s_columns, []);
        using var batch = new ColumnBatch(s_columns, 10);
        var x = Enumerable.Range(0, 10).Select(i => i == 3 ? float.PositiveInfinity : i == 9 ? float.NegativeInfinity : 1f).ToArray();
        collector.Add(batch, Fill(batch, x, new long[10], [.. Enumerable.Repeat("red", 10)], new float[10]));
        var profile = collector.Take()[0];
        Assert.Equal((10L, 8.0, 1.0, 1.0), (profile.Rows, profile.Sum, profile.Min, profile.Max));
    }

    [Fact]
    public void Merging_InAnyGrouping_CountsAlike()
    {
        Gen.Float[-10, 10].Array[1, 60].Sample(values =>
        {
            var whole = Profile(values);
            for (var cut = 0; cut <= values.Length; cut += 7)
            {
                var merged = ProfileCollector.Merge([Profile(values[..cut])], [Profile(values[cut..])])[0];
                if (!merged.Counts.SequenceEqual(whole.Counts) || merged.Min != whole.Min || merged.Max != whole.Max || Math.Abs(merged.Sum - whole.Sum) > 1e-6)
                    return false;
            }
            return true;
        });
    }

    [Fact]
    public void Quantiles_AreStrictlyIncreasingAndAtMost255()
    {
        var many = ProfileEdges.Quantiles([.. Enumerable.Range(0, 10_000).Select(i => (float)(i % 1000))]);
        Assert.InRange(many.Count, 200, 255);
        Assert.True(many.Zip(many.Skip(1)).All(p => p.First < p.Second));
        Assert.Equal([0f, 1f], ProfileEdges.Quantiles([1, 0, 1, -0f, float.NaN, float.PositiveInfinity, 1, 0]));
        Assert.Empty(ProfileEdges.Quantiles([float.NaN]));
    }

    [Fact]
    public async Task SampledEdges_OfTheSameManifest_AreTheSame()
    {
        using var fixture = await ShardFixture.CreateAsync();
        var again = await ProfileEdges.SampleAsync(fixture.Plan.Manifest, fixture.Plan.Features, fixture.Model, TestContext.Current.CancellationToken);
        Assert.Equal(["a", "b", "c", "y"], again.Keys.Order(StringComparer.Ordinal));
        Assert.All(again, e => Assert.Equal(fixture.Plan.ProfileEdges[e.Key].Edges, e.Value.Edges));
        Assert.Equal(17, again["a"].Edges.Count);
    }

    private static Dictionary<string, BinEdges> Edges() => new(StringComparer.Ordinal)
    {
        ["x"] = new("x", [0f, 2f], []),
        ["n"] = new("n", [6f], []),
        ["t"] = new("t", [], ["blue", "red"]),
        ["y"] = new("y", [0.5f], []),
    };

    private static ColumnProfile Profile(float[] values)
    {
        var tally = new NumberTally(new BinEdges("x", [-3, 0, 3], []), false);
        tally.Add(values);
        return tally.Take();
    }

    private static PredictionBlock Fill(ColumnBatch batch, float[] x, long[] n, string[] t, float[] y)
    {
        batch.Start(x.Length);
        x.CopyTo(batch[0].Floats);
        n.CopyTo(batch[1].Integers);
        foreach (var text in t)
            batch[2].Text.Append(System.Text.Encoding.UTF8.GetBytes(text));
        var block = new PredictionBlock(1, y.Length) { Rows = y.Length };
        y.CopyTo(block.Column(0));
        return block;
    }
}
