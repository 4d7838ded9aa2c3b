using BatchEngine.Domain;
using BatchEngine.Storage.Snapshots.RunFiles;
using BatchEngine.Storage.Snapshots.Segments;
using BatchEngine.TestKit.Snapshots;

namespace BatchEngine.Storage.Tests.Snapshots.RunFiles;

/// <summary>Run files written by format version 1 stay readable, since a night that was begun before an upgrade is sealed after it; and the same rows keep
/// giving the same bytes.</summary>
public sealed class GoldenRunFileTests : SnapshotTestBed
{
    /// <summary>Set to 1 to print the golden files as base64 instead of comparing; the diff is then reviewed by a person.</summary>
    private const string ShowVariable = "BATCHENGINE_SHOW_GOLDEN";

    [Theory]
    [InlineData(KeyKind.Int64)]
    [InlineData(KeyKind.Utf8)]
    public void GoldenRunFile_OfVersion1_IsReadSealedAndWrittenTheSame(KeyKind kind)
    {
        SampleRow[] rows = [.. Enumerable.Range(0, 9).Select(i => new SampleRow(
            kind == KeyKind.Int64 ? PredictionKey.Of((i - 4) * 1_000_003L) : PredictionKey.Of(string.Concat(Enumerable.Repeat("Zoë-", i + 1))),
            i, [i / 8f, -i], i / 16f, i % 2 == 0 ? PredictionFlags.None : PredictionFlags.Reused, 0x0123456789ABCDEF + (ulong)i))];
        var written = SampleSnapshots.RunFile(rows, kind, 2, 2);
        if (Environment.GetEnvironmentVariable(ShowVariable) == "1")
            Assert.Fail($"{kind}\n{Convert.ToBase64String(written, Base64FormattingOptions.InsertLineBreaks)}");
        var golden = Convert.FromBase64String(
            File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Snapshots", "Golden", $"runfile-v1-{kind.ToString().ToLowerInvariant()}.base64")));

        var file = VerifiedRunFile.Read(new RunFileSource("golden", () => new MemoryStream(golden)));

        Assert.Equal((9L, 2, kind, 2), (file.Rows, file.PartitionCount, file.KeyKind, file.OutputCount));
        using var first = SegmentReader.Open(Save(SampleSnapshots.Segment([golden], kind, 2, partitionCount: 2, partition: 0).Bytes));
        using var second = SegmentReader.Open(Save(SampleSnapshots.Segment([golden], kind, 2, partitionCount: 2, partition: 1).Bytes));
        Assert.All(rows, row => Assert.True(row.Matches(Get(first, row.Key) ?? Get(second, row.Key))));
        Assert.Equal(golden, written);
    }
}
