using BatchEngine.Domain;
using BatchEngine.Storage.Snapshots.Segments;
using BatchEngine.TestKit.Snapshots;

namespace BatchEngine.Storage.Tests.Snapshots.Segments;

/// <summary>Segments written by format version 1 stay readable, and the same rows keep giving the same bytes.</summary>
public sealed class GoldenSegmentTests : SnapshotTestBed
{
    /// <summary>Set to 1 to print the golden files as base64 instead of comparing; the diff is then reviewed by a person.</summary>
    private const string ShowVariable = "BATCHENGINE_SHOW_GOLDEN";

    [Theory]
    [InlineData(KeyKind.Int64)]
    [InlineData(KeyKind.Utf8)]
    public void GoldenSegment_OfVersion1_IsReadAndWrittenTheSame(KeyKind kind)
    {
        var rows = Rows(kind);
        var (_, written) = SampleSnapshots.Segment([SampleSnapshots.RunFile(rows, kind, 2, 1)], kind, 2);
        if (Environment.GetEnvironmentVariable(ShowVariable) == "1")
            Assert.Fail($"{kind}\n{Convert.ToBase64String(written, Base64FormattingOptions.InsertLineBreaks)}");
        var golden = Convert.FromBase64String(
            File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Snapshots", "Golden", $"segment-v1-{kind.ToString().ToLowerInvariant()}.base64")));
        using var reader = SegmentReader.Open(Save(golden));
        Assert.All(rows, row => Assert.True(row.Matches(Get(reader, row.Key))));
        Assert.Equal(golden, written);
    }

    private static SampleRow[] Rows(KeyKind kind) =>
        [.. Enumerable.Range(0, 9).Select(i => new SampleRow(
            kind == KeyKind.Int64 ? PredictionKey.Of((i - 4) * 1_000_003L) : PredictionKey.Of(string.Concat(Enumerable.Repeat("Zoë-", i + 1))),
            i,
            [i / 8f, -i],
            i / 16f,
            i % 2 == 0 ? PredictionFlags.None : PredictionFlags.Reused,
            0x0123456789ABCDEF + (ulong)i))];
}
