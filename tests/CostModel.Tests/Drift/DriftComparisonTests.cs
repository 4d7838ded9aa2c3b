using BatchEngine.CostModel.Drift;
using BatchEngine.Domain;

namespace BatchEngine.CostModel.Tests.Drift;

public sealed class DriftComparisonTests
{
    private static readonly RunId Now = new("churn", new DateTimeOffset(2026, 11, 23, 2, 0, 0, TimeSpan.Zero));
    private static readonly RunId Before = new("churn", new DateTimeOffset(2026, 11, 22, 2, 0, 0, TimeSpan.Zero));
    private static readonly DriftRule Loose = DriftRule.Default with { MinRows = 10 };

    private static ColumnProfile Numbers(long missing, params long[] counts) =>
        new(new BinEdges("x", [.. Enumerable.Range(0, counts.Length - 1).Select(i => (float)i)], []), false, counts, missing, 0, 1, 0, 0);

    private static ColumnProfile Words(params long[] counts) =>
        new(new BinEdges("x", [], [.. Enumerable.Range(0, counts.Length - 1).Select(i => $"c{i:000}")]), false, counts, 0, 0, 0, 0, 0);

    private static ColumnDrift Compare(ColumnProfile before, ColumnProfile now, DriftRule? gate = null) =>
        DriftComparison.Compare(Now, Before, [before], [now], gate ?? DriftRule.Default).Columns.Single();

    [Fact]
    public void Column_SameSharesOfAnotherSize_IsExactlyZero()
    {
        var drift = Compare(Numbers(100, 300, 500, 200, 1000), Numbers(300, 900, 1500, 600, 3000));
        Assert.Equal((DriftVerdict.Stable, 0.0, 0.0), (drift.Verdict, drift.Psi.Value, drift.Ks.Value));
    }

    [Fact]
    public void Column_OneNewCategoryInNineHundredRows_IsStable() =>
        Assert.Equal(DriftVerdict.Stable, Compare(Words(500, 400, 0), Words(499, 400, 1), Loose).Verdict);

    [Fact]
    public void Column_SixtyRowsAgainstThreeThousandOfTheSame_IsStable() =>
        Assert.Equal(DriftVerdict.Stable, Compare(Numbers(0, 9, 3, 8, 4, 7, 5, 9, 3, 8, 4), Numbers(0, [.. Enumerable.Repeat(300L, 10)]), Loose).Verdict);

    [Fact]
    public void Column_IdenticalConstants_AreStable() =>
        Assert.Equal((DriftVerdict.Stable, 0.0),
        (Compare(Numbers(0, 0, 2000, 0), Numbers(0, 0, 5000, 0)).Verdict, Compare(Numbers(0, 0, 2000, 0), Numbers(0, 0, 5000, 0)).Psi.Value));

    [Fact]
    public void Column_OneCategoryEverywhere_IsStable() => Assert.Equal(DriftVerdict.Stable, Compare(Words(2000, 0), Words(1500, 0)).Verdict);

    [Fact]
    public void Column_ConstantThatMoves_HasDrifted() => Assert.Equal(DriftVerdict.Drifted, Compare(Numbers(0, 2000, 0, 0), Numbers(0, 1000, 0, 1000)).Verdict);

    [Fact]
    public void Column_MissingShareFromElevenToTwentyPercent_HasDriftedByItsOwnTest()
    {
        var drift = Compare(Numbers(1100, 4450, 4450), Numbers(2000, 4000, 4000));
        Assert.Equal(DriftVerdict.Drifted, drift.Verdict);
        Assert.StartsWith("missing share changed by 0.0900", drift.Reason);
        Assert.Equal(0.0, drift.Psi.Value);
    }

    [Fact]
    public void Column_UnseenCategories_HaveDrifted() => Assert.Equal(DriftVerdict.Drifted, Compare(Words(5000, 5000, 0), Words(4600, 4600, 800)).Verdict);

    [Fact]
    public void Column_HeavyTailOfSmallShift_IsSeenAndSmall()
    {
        var drift = Compare(Numbers(0, [.. Enumerable.Repeat(1000L, 10)]), Numbers(0, 800, 900, 1000, 1000, 1000, 1000, 1000, 1000, 1100, 1200));
        Assert.InRange(drift.Psi.Value, 0.005, 0.05);
        Assert.Equal(DriftVerdict.Stable, drift.Verdict);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    public void Column_VerdictOfAShift_DoesNotDependOnSize(int times) => Assert.Equal(DriftVerdict.Drifted,
        Compare(Numbers(0, [.. Enumerable.Repeat(200L * times, 10)]),
            Numbers(0, 50 * times, 50 * times, 100 * times, 100 * times, 100 * times, 200 * times, 200 * times, 400 * times, 400 * times,
            400 * times)).Verdict);

    [Fact]
    public void Column_TooFewRowsOrNoBaseline_IsNotMeasured()
    {
        Assert.Contains("999", Compare(Numbers(0, 999, 0), Numbers(0, 5000, 0)).Reason);
        Assert.Equal(DriftVerdict.NotMeasured, DriftComparison.Compare(Now, null, [], [Numbers(0, 5000, 1)], DriftRule.Default).Verdict);
        Assert.Contains("starts anew", Compare(Numbers(0, 5000, 1), Numbers(0, 5000, 1, 1)).Reason);
    }

    [Fact]
    public void Report_ShardsMergedInAnyOrder_SaysTheSame()
    {
        ColumnProfile[] shards = [Numbers(3, 400, 20, 900), Numbers(7, 10, 900, 300), Numbers(0, 200, 4, 5)];
        var forward = shards.Aggregate((a, b) => a.Merge(b));
        var backward = shards.Reverse().Aggregate((a, b) => a.Merge(b));
        Assert.Equal(Compare(Numbers(9, 700, 700, 700), forward), Compare(Numbers(9, 700, 700, 700), backward));
    }

    [Theory]
    [InlineData(3.841458820694124, 1, 0.05)]
    [InlineData(16.918977604620448, 9, 0.05)]
    [InlineData(27.877164871256568, 9, 0.001)]
    public void ChiSquare_KnownQuantiles_GiveTheirProbability(double statistic, int freedom, double expected) =>
        Assert.Equal(expected, Significance.ChiSquare(statistic, freedom), 1e-10);

    [Fact]
    public void KolmogorovSmirnov_KnownQuantile_GivesItsProbability() =>
        Assert.Equal(0.05, Significance.KolmogorovSmirnov(1.3580986393225505 / Math.Sqrt(500), 1000, 1000), 1e-9);

    [Fact]
    public void Report_OfSampledRuns_StatesShareAndBounds()
    {
        var report = DriftComparison.Compare(Now, Before, [Numbers(0, 600_000, 400_000)], [Numbers(0, 600_000, 400_000) with { OneIn = 5 }], DriftRule.Default);
        Assert.Equal((5, 1_000_000L), (report.Sample!.OneIn, report.Sample.Rows));
        Assert.Equal(Math.Sqrt(Math.Log(2_000) / 2_000_000), report.Sample.BoundOfUnrelatedRows, 1e-12);
        Assert.Equal(Math.Sqrt(Math.Log(4_000) / (2 * 3_907)), report.Sample.BoundInAnyOrder, 1e-12);
        Assert.Equal((1, 0.0), (report.BaselineSample!.OneIn, report.BaselineSample.BoundInAnyOrder));
        Assert.Contains("one block of 256 rows in 5 counted", report.Sample.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(100, 6_000)]
    [InlineData(200, 6_000)]
    [InlineData(6_000, 100)]
    public void Flag_WhoseOnesWereRareAndAreNot_HasDrifted(int before, int now) =>
        Assert.Equal(DriftVerdict.Drifted, Compare(Flag(10_000 - before, before), Flag(10_000 - now, now)).Verdict);

    [Fact]
    public void Flag_OfTheSameShare_IsStable() => Assert.Equal(DriftVerdict.Stable, Compare(Flag(9_800, 200), Flag(98_000, 2_000)).Verdict);

    [Fact]
    public void Flag_WithAThirdValue_HasDriftedByItsName()
    {
        Assert.Contains("a value over 1 is new with a share of 0.1000", Compare(Flag(9_000, 1_000), Flag(8_000, 1_000, over: 1_000)).Reason);
        Assert.Contains("value 1 vanished, of a share of 0.1000", Compare(Flag(9_000, 1_000), Flag(10_000, 0)).Reason);
    }

    [Fact]
    public void Categories_NewAndVanished_AreNamed()
    {
        var drift = Compare(Words(5_000, 4_400, 600, 0, 0), Words(5_000, 4_400, 0, 600, 0));
        Assert.Equal(DriftVerdict.Drifted, drift.Verdict);
        Assert.Contains("category 'c002' vanished, of a share of 0.0600", drift.Reason);
        Assert.Contains("category 'c003' is new with a share of 0.0600", drift.Reason);
    }

    [Fact]
    public void Categories_BeyondTheNamedOnes_DriftAmongThemselves()
    {
        static ColumnProfile Tail(params long[] others) =>
            new(new BinEdges("x", [], ["a"]) { Buckets = others.Length }, false, [1_000, .. others], 0, 0, 0, 0, 0);
        Assert.Equal(DriftVerdict.Stable, Compare(Tail(3_000, 3_000, 3_000), Tail(3_000, 3_000, 3_000)).Verdict);
        Assert.Equal(DriftVerdict.Drifted, Compare(Tail(3_000, 3_000, 3_000), Tail(500, 500, 8_000)).Verdict);
    }

    [Fact]
    public void Column_WithNewBins_StartsAnewAndItsMissingShareIsComparedAllTheSame()
    {
        var same = Compare(Numbers(0, 5_000, 1), Numbers(0, 5_000, 1, 1));
        Assert.Equal((DriftVerdict.NotMeasured, 0.0), (same.Verdict, same.MissingShareCurrent.Value));
        Assert.Contains("starts anew", same.Reason);
        var missing = Compare(Numbers(0, 5_000, 1), Numbers(3_000, 5_000, 1, 1));
        Assert.Equal(DriftVerdict.Drifted, missing.Verdict);
        Assert.StartsWith("missing share changed by", missing.Reason);
    }

    [Fact]
    public void Column_EmptyBefore_IsWatchedFromItsFirstValues()
    {
        var empty = ColumnProfile.Empty(new BinEdges("x", [], []), false) with { Missing = 5_000 };
        Assert.Contains("no value before, and is watched from this run on", Compare(empty, Numbers(0, 5_000, 1)).Reason);
        Assert.Equal(DriftVerdict.Drifted, Compare(empty, Numbers(0, 5_000, 1)).Verdict); // none of it is missing any more
        Assert.Equal(DriftVerdict.Stable, Compare(empty, empty).Verdict);
    }

    // Edges as they are chosen where a column has the values 0 and 1 only.
    private static ColumnProfile Flag(long zeros, long ones, long over = 0) => new(
        new BinEdges("x", [0f, float.BitIncrement(0f), 1f, float.BitIncrement(1f)], []), false, [0, zeros, 0, ones, over], 0, 0, 1, 0, 0);
}
