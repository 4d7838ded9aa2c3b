using CsCheck;

namespace BatchEngine.Domain.Tests.Drift;

public sealed class ColumnProfileTests
{
    private static readonly BinEdges Edges = new("x", [0f, 10f], []);

    [Fact]
    public void Merge_OfPartsInAnyOrder_IsTheSame() =>
        Gen.Long[0, 1_000_000].Array[3].Array[2, 6].Sample(parts =>
        {
            var profiles = parts.Select(p => new ColumnProfile(Edges, false, p, p[0] % 7, -p[1], p[2], p[0], p[1])).ToList();
            var forwards = profiles.Aggregate((a, b) => a.Merge(b));
            var backwards = Enumerable.Reverse(profiles).Aggregate((a, b) => a.Merge(b));
            Assert.Equal(forwards.Counts, backwards.Counts);
            Assert.Equal((forwards.Missing, forwards.Min, forwards.Max, forwards.Sum), (backwards.Missing, backwards.Min, backwards.Max, backwards.Sum));
            Assert.Equal(profiles.Sum(p => p.Rows), forwards.Rows);
        });

    [Fact]
    public void Merge_OfOtherEdges_BreaksAnInvariant() =>
        Assert.Throws<InvariantBrokenException>(() => ColumnProfile.Empty(Edges, false).Merge(ColumnProfile.Empty(Edges with { Edges = [0f, 11f] }, false)));

    [Fact]
    public void Mean_OfNothing_IsNotMeasured() => Assert.False(ColumnProfile.Empty(Edges, false).Mean.HasValue);
}
