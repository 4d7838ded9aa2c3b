using BatchEngine.Domain;
using BatchEngine.Scorer.Outputs;
using Parquet;
using Parquet.Schema;

namespace BatchEngine.Scorer.Tests.Outputs;

public sealed class EncodedColumnTests
{
    private static readonly int[] s_groups = [100, 100, 37, 100, 1];
    private static readonly long s_at = (new DateTime(2026, 11, 25, 2, 0, 0, DateTimeKind.Utc) - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    [Theory]
    [InlineData(CompressionMethod.Snappy)]
    [InlineData(CompressionMethod.Zstd)]
    [InlineData(CompressionMethod.None)]
    public async Task ConstantColumns_RepeatedFromGroupToGroup_AreTheBytesThatParquetNetWritesWhenItEncodesEach(CompressionMethod compression)
    {
        var options = Options(compression);
        var text = new ConstantField<ReadOnlyMemory<char>>(Field("model_version", ColumnKind.Text), "churn/12".AsMemory(), options);
        var at = new ConstantField<long>(Field("scored_at", ColumnKind.Timestamp), s_at, options);
        var repeated = await WriteAsync(options, text.Field, at.Field, async (group, rows) =>
        {
            await WriteConstantAsync(text, group, rows);
            await WriteConstantAsync(at, group, rows);
        });
        var (textField, atField) = (Field("model_version", ColumnKind.Text), Field("scored_at", ColumnKind.Timestamp));
        var encoded = await WriteAsync(Options(compression), textField, atField, async (group, rows) =>
        {
            await group.WriteAsync<ReadOnlyMemory<char>>(textField, Enumerable.Repeat("churn/12".AsMemory(), rows)
                .ToArray(), cancellationToken: TestContext.Current.CancellationToken);
            await group.WriteAsync<long>(ParquetFields.Stored(atField, typeof(long)), Enumerable.Repeat(s_at, rows)
                .ToArray(), cancellationToken: TestContext.Current.CancellationToken);
        });
        Assert.Equal(encoded, repeated);
    }

    [Fact]
    public async Task ConstantColumn_OfRowGroupsOfOneSize_AllocatesNothingPerRow()
    {
        const int rows = 32_768;
        const int groups = 64;
        var options = Options(CompressionMethod.Snappy);
        var field = new ConstantField<ReadOnlyMemory<char>>(Field("run_id", ColumnKind.Text), "churn-20261125T020000Z".AsMemory(), options);
        await using var writer =
            await ParquetWriter.CreateAsync(new ParquetSchema(field.Field), Stream.Null, options, append: false, TestContext.Current.CancellationToken);
        await AddAsync();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < groups; i++)
            await AddAsync();
        // A row group's own objects take 2 to 3 KB; a single byte a row would be 2 MB.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, groups * 8_192);

        async Task AddAsync()
        {
            using var group = writer.CreateRowGroup();
            await WriteConstantAsync(field, group, rows);
        }
    }

    private static ParquetOptions Options(CompressionMethod compression)
    {
        var options = ParquetFields.Options(compression);
        options.ColumnEncodingHints["model_version"] = EncodingHint.Dictionary;
        return options;
    }

    private static DataField Field(string name, ColumnKind kind) => ParquetFields.Of(new TableColumn(name, kind, false));

    private static async Task WriteConstantAsync(OutputField field, ParquetRowGroupWriter group, int rows)
    {
        field.Stage(new ScoredUnit(null!, null!, default, rows, 0));
        await field.WriteAsync(group, TestContext.Current.CancellationToken);
        field.Clear();
    }

    private static async Task<byte[]> WriteAsync(ParquetOptions options, DataField text, DataField at, Func<ParquetRowGroupWriter, int, Task> write)
    {
        var ct = TestContext.Current.CancellationToken;
        var id = Field("id", ColumnKind.Integer);
        using var memory = new MemoryStream();
        await using (var writer = await ParquetWriter.CreateAsync(new ParquetSchema(id, text, at), memory, options, append: false, ct))
        {
            foreach (var rows in s_groups)
            {
                using var group = writer.CreateRowGroup();
                await group.WriteAsync<long>(id, Enumerable.Range(0, rows).Select(i => (long)i).ToArray(), cancellationToken: ct);
                await write(group, rows);
            }
        }
        return memory.ToArray();
    }
}
