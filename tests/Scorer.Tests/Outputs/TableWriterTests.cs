using BatchEngine.Domain;
using BatchEngine.Scorer.Outputs;
using BatchEngine.TestKit.Folders;
using ParquetSharp;

namespace BatchEngine.Scorer.Tests.Outputs;

public sealed class TableWriterTests
{
    private static readonly DateTime s_at = new(2026, 11, 25, 2, 3, 4, 5, DateTimeKind.Utc);

    [Fact]
    public async Task Timestamps_ReadBackAsTheyWere_WithStatisticsInTheirUnit()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("out"));
        var path = folder.File("out/t.parquet");
        await using (var file = File.Create(path))
        await using (var table =
            await TableWriter.CreateAsync(file, [new("at", ColumnKind.Timestamp, false), new("seen", ColumnKind.Timestamp, true)],
            TestContext.Current.CancellationToken))
        {
            await table.WriteRowGroupAsync([new[] { s_at, s_at.AddSeconds(1) }, new DateTime?[] { null, s_at }], TestContext.Current.CancellationToken);
            await table.CompleteAsync(TestContext.Current.CancellationToken);
        }
        using var reader = new ParquetFileReader(path);
        using var group = reader.RowGroup(0);
        Assert.Equal([s_at, s_at.AddSeconds(1)], group.Column(0).LogicalReader<DateTime>().ReadAll(2));
        Assert.Equal([null, s_at], group.Column(1).LogicalReader<DateTime?>().ReadAll(2));
        using var chunk = group.MetaData.GetColumnChunkMetaData(0);
        using var statistics = (Statistics<long>)chunk.Statistics!;
        Assert.Equal((s_at - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond, statistics.Min);
    }
}
