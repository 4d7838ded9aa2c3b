using BatchEngine.Domain;
using BatchEngine.Scorer.Profiles;

namespace BatchEngine.Scorer.Tests.Profiles;

public sealed class SampleSlicesTests
{
    [Fact]
    public void SmallManifest_IsTakenWhole() =>
        Assert.Equal(5_100, SampleSlices.Of(Manifest([100, 5_000], [0])).Sum(s => s.Rows));

    [Theory]
    [InlineData(1, 1_000_000)]
    [InlineData(10, 1_000_000)]
    [InlineData(1_000, 100)]
    [InlineData(3, 123_457)]
    [InlineData(1, 50_000_000)]
    [InlineData(500, 131_072)]
    public void LargeManifest_IsSampledInEveryPart(int groups, long rows)
    {
        var manifest = Manifest([.. Enumerable.Repeat(rows, groups)]);
        var slices = SampleSlices.Of(manifest);
        Assert.Equal(slices, SampleSlices.Of(manifest));
        Assert.All(slices, s => Assert.True(s.Rows > 0 && s.FromRow >= 0 && s.FromRow + s.Rows <= rows));
        Assert.All(slices, s => Assert.Equal((s.RowGroup * rows) + s.FromRow, s.FirstRowNumber));
        Assert.True(slices.Zip(slices.Skip(1)).All(p => p.First.FirstRowNumber + p.First.Rows <= p.Second.FirstRowNumber)); // in order, none twice
        Assert.InRange(slices.Sum(s => s.Rows), 6_000, SampleSlices.MaxSlices * SampleSlices.SliceRows);
        if (groups >= SampleSlices.MaxSlices)
            Assert.Equal(SampleSlices.MaxSlices, slices.Select(s => s.RowGroup).Distinct().Count());
        Assert.InRange(slices[^1].RowGroup, groups * 9 / 10, groups - 1);
        Assert.InRange(slices.GroupBy(s => s.RowGroup).Sum(g => g.Max(s => s.FromRow + s.Rows)), 0, SampleSlices.MaxPassedRows * 11 / 10);
    }

    [Fact]
    public void Categories_MoreThanCanBeNamed_ShareBins()
    {
        var few = Sample(200);
        Assert.Equal((200, 1, 201), (few.Categories.Count, few.Buckets, few.BinCount));
        var many = Sample(1_000);
        Assert.Equal((223, 32, 255), (many.Categories.Count, many.Buckets, many.BinCount));
        var none = new ColumnSample("x").Edges();
        Assert.True(none is { IsUnknown: true, BinCount: 1 });
    }

    [Fact]
    public void Tally_OfOtherCategories_SpreadsThemAndCountsEach()
    {
        using var vector = Texts([.. Enumerable.Range(0, 1_000).Select(i => $"other {i}"), "a"]);
        var rows = new CountedRows(1);
        rows.Select(0, 1_001);
        var tally = new TextTally(new BinEdges("x", [], ["a"]) { Buckets = 8 }, isOutput: false);
        tally.Add(vector, rows);
        var profile = tally.Current();
        Assert.Equal((1L, 1_000L, 1_001L), (profile.Counts[0], profile.Unseen, profile.Rows));
        Assert.All(profile.Counts.Skip(1), c => Assert.InRange(c, 60, 200));
    }

    private static BinEdges Sample(int categories)
    {
        using var vector = Texts([.. Enumerable.Range(0, categories).Select(i => $"category {i}")]);
        var sample = new ColumnSample("x");
        sample.Add(vector);
        return sample.Edges();
    }

    private static Scorer.Inputs.ColumnVector Texts(string[] texts)
    {
        var vector = new Scorer.Inputs.ColumnVector(new InputColumn("x", ColumnKind.Text, false, "text"), texts.Length);
        vector.Start(texts.Length);
        foreach (var text in texts)
            vector.Text.Append(System.Text.Encoding.UTF8.GetBytes(text));
        return vector;
    }

    private static InputManifest Manifest(params long[][] files) =>
        new([.. files.Select((f, i) => new InputFile($"{i}", 1, "", [.. f.Select(r => new RowGroupSize(r, 1))]))], []);
}
