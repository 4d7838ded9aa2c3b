using BatchEngine.Domain;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Inputs;
using BatchEngine.Scorer.Profiles;

namespace BatchEngine.Scorer.Tests.Profiles;

public sealed class ProfileSamplingTests
{
    private static readonly InputColumn[] s_columns = [new("x", ColumnKind.Float, false, "")];
    private static readonly Dictionary<string, BinEdges> s_edges =
        new(StringComparer.Ordinal) { ["x"] = new("x", [.. Enumerable.Range(0, 31).Select(i => i / 31f)], []) };

    [Theory]
    [InlineData(0, 1)]
    [InlineData(999_999, 1)]
    [InlineData(1_999_999, 1)]
    [InlineData(2_000_000, 2)]
    [InlineData(5_000_000, 5)]
    [InlineData(3_000_000_000_000, 3_000_000)]
    public void OneIn_OfManifestRows_KeepsAtLeastAMillionRows(long rows, int oneIn) => Assert.Equal(oneIn, ProfileSampling.OneInFor(rows));

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(256)]
    [InlineData(7_777)]
    [InlineData(131_072)]
    public void CountedRows_WhateverTheUnits_AreTheSameRows(int unitRows)
    {
        const int oneIn = 7;
        const int rows = 40_000;
        var counted = new bool[rows];
        var selection = new CountedRows(oneIn);
        for (var first = 0; first < rows; first += unitRows)
        {
            selection.Select(first, Math.Min(unitRows, rows - first));
            foreach (var (from, count) in selection.Ranges)
            {
                for (var row = from; row < from + count; row++)
                {
                    Assert.False(counted[first + row], "no row is counted twice");
                    counted[first + row] = true;
                }
            }
        }
        for (var row = 0; row < rows; row++)
        {
            var block = row / ProfileSampling.BlockRows;
            Assert.Equal(ProfileSampling.PickOf(block / oneIn, oneIn) == block % oneIn, counted[row]);
        }
    }

    [Fact]
    public void Picks_OfManyStrata_TakeEveryPlaceAboutAsOften()
    {
        var picks = Enumerable.Range(0, 70_000).Select(stratum => ProfileSampling.PickOf(stratum, 7)).GroupBy(p => p).ToDictionary(g => g.Key, g => g.Count());
        Assert.Equal(7, picks.Count);
        Assert.All(picks.Values, count => Assert.InRange(count, 9_600, 10_400));
    }

    [Fact]
    public void Sample_OfWorkersInAnyOrder_MergesToTheSameCounts()
    {
        var values = Values(3_000_000, planted: false);
        var whole = Profile(values, 0, values.Length, 65_536);
        var (left, right) = (Profile(values, 0, 1_234_567, 4_096), Profile(values, 1_234_567, values.Length, 131_072));
        Assert.Equal(3, whole.OneIn);
        Assert.InRange(whole.Rows, 999_000, 1_001_000);
        Assert.Equal(whole.Counts, left.Merge(right).Counts);
        Assert.Equal(whole.Counts, right.Merge(left).Counts);
    }

    // All rows of a block are nearly equal when a file is sorted by the column: the case that a sample of blocks is worst at.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Sample_AgainstAllRows_StaysInsideItsBound(bool isSorted)
    {
        var values = Values(4_000_000, planted: false);
        if (isSorted)
            Array.Sort(values);
        var sampled = Profile(values, 0, values.Length, 65_536);
        var all = new long[sampled.Counts.Count];
        foreach (var value in values)
            all[s_edges["x"].Edges.Count(e => e <= value)]++;
        var sample = ProfileSample.Of([sampled]);
        Assert.InRange(Distance(all, sampled.Counts), 0, isSorted ? sample.BoundInAnyOrder : sample.BoundOfUnrelatedRows);
        Assert.True(sample.BoundOfUnrelatedRows < 0.002 && sample.BoundInAnyOrder < 0.05, sample.ToString());
    }

    [Fact]
    public void Sample_OfAPlantedShift_FindsIt()
    {
        var before = Profile(Values(2_500_000, planted: false), 0, 2_500_000, 65_536);
        var after = Profile(Values(2_500_000, planted: true), 0, 2_500_000, 65_536);
        Assert.Equal(2, after.OneIn);
        Assert.InRange(Distance(before.Counts, after.Counts), 0.18, 0.22);
    }

    [Fact]
    public void Merging_ProfilesOfDifferentSamples_IsRefused()
    {
        var profile = ColumnProfile.Empty(s_edges["x"], false);
        Assert.Throws<InvariantBrokenException>(() => profile.Merge(profile with { OneIn = 2 }));
    }

    private static float[] Values(int rows, bool planted)
    {
        var random = new Random(planted ? 1 : 2);
        var values = new float[rows];
        for (var i = 0; i < rows; i++)
            values[i] = (float)(planted && random.Next(5) == 0 ? 0.99 : random.NextDouble());
        return values;
    }

    private static ColumnProfile Profile(float[] values, int from, int to, int unitRows)
    {
        var collector = new ProfileCollector(s_edges, s_columns, [], values.Length, []);
        using var batch = new UnitColumns(s_columns, unitRows);
        var block = new UnitPredictions(1, 1);
        for (var first = from; first < to; first += unitRows)
        {
            batch.Start(Math.Min(unitRows, to - first));
            values.AsSpan(first, batch.Rows).CopyTo(batch[0].Floats);
            collector.Add(batch, block, first);
        }
        return collector.Current()[0];
    }

    private static double Distance(IReadOnlyList<long> left, IReadOnlyList<long> right)
    {
        var (leftRows, rightRows, largest, leftSum, rightSum) = ((double)left.Sum(), (double)right.Sum(), 0.0, 0L, 0L);
        for (var bin = 0; bin < left.Count; bin++)
        {
            (leftSum, rightSum) = (leftSum + left[bin], rightSum + right[bin]);
            largest = Math.Max(largest, Math.Abs((leftSum / leftRows) - (rightSum / rightRows)));
        }
        return largest;
    }
}
