using BatchEngine.Domain;
using BatchEngine.Scorer.Profiles;

namespace BatchEngine.Scorer.Tests.Profiles;

public sealed class NumberEdgesTests
{
    [Theory]
    [InlineData(0.01)]
    [InlineData(0.02)]
    [InlineData(0.0001)]
    public void Flag_OfFewOnes_HasABinForEachValueAndForWhatIsNeither(double share)
    {
        var bins = Bins([.. Enumerable.Range(0, 100_000).Select(i => i < share * 100_000 ? 1f : 0f)]);
        Assert.True(bins.IsOfValues);
        Assert.Equal([0, 1, 2, 3, 4], new[] { -1f, 0f, 0.5f, 1f, 2f }.Select(v => BinOf(bins, v)));
    }

    [Fact]
    public void Constant_HasBinsBelowAtAndAbove() => Assert.Equal([0, 1, 2], new[] { -1f, 0f, 1f }.Select(v => BinOf(Bins([0f, -0f, 0f]), v)));

    [Theory]
    [InlineData(0.02)]
    [InlineData(0.5)]
    public void AmountsThatAreMostlyZero_AreCutWhereTheyAreNot(double share)
    {
        var random = new Random(1);
        float[] values = [.. Enumerable.Range(0, 50_000).Select(i => i < share * 50_000 ? 1 + (100 * random.NextSingle()) : 0f)];
        var bins = Bins(values);
        var counts = new int[bins.BinCount];
        foreach (var value in values)
            counts[BinOf(bins, value)]++;
        Assert.Equal(1, BinOf(bins, 0f)); // alone in its bin
        Assert.Equal(50_000 * (1 - share), counts[1], 1.0);
        Assert.InRange(bins.Edges.Count, 25, NumberEdges.MaxEdges);
        Assert.All(counts[2..^1], c => Assert.InRange(c, 1, (share * 50_000 / 20) + 2));
        Assert.Equal(0, counts[^1]);
    }

    [Fact]
    public void HeavyValueInTheMiddle_HasABinOfItsOwn()
    {
        float[] values = [.. Enumerable.Range(0, 10_000).Select(i => i % 2 == 0 ? 500.5f : i / 10f)];
        var bins = Bins(values);
        Assert.NotEqual(BinOf(bins, 500f), BinOf(bins, 500.5f));
        Assert.NotEqual(BinOf(bins, 501f), BinOf(bins, 500.5f));
    }

    [Fact]
    public void Edges_OfAnyValues_AreStrictlyIncreasingFiniteAndFew()
    {
        var random = new Random(2);
        for (var round = 0; round < 300; round++)
        {
            var kinds = 1 + random.Next(100);
            float[] values = [.. Enumerable.Range(0, 1 + random.Next(2_000)).Select(_ => random.Next(20) switch
            {
                0 => float.NaN,
                1 => float.MaxValue,
                2 => float.PositiveInfinity,
                3 => -float.MaxValue,
                _ => random.Next(kinds) * 0.1f,
            })];
            var edges = NumberEdges.Of(values);
            Assert.InRange(edges.Count, 0, NumberEdges.MaxEdges);
            Assert.All(edges, e => Assert.True(float.IsFinite(e)));
            Assert.True(edges.Zip(edges.Skip(1)).All(p => p.First < p.Second));
        }
        Assert.Empty(NumberEdges.Of([float.NaN]));
    }

    private static BinEdges Bins(float[] values) => new("x", NumberEdges.Of(values), []);

    private static int BinOf(BinEdges bins, float value) => bins.Edges.Count(e => e <= value);
}
