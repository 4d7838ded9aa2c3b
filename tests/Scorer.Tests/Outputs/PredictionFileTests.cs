using System.Text;
using BatchEngine.Domain;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Inputs;
using BatchEngine.Scorer.Outputs;
using BatchEngine.TestKit.Folders;
using Parquet;

namespace BatchEngine.Scorer.Tests.Outputs;

public sealed class PredictionFileTests
{
    private static readonly InputColumn[] s_wide =
    [
        new("id", ColumnKind.Integer, false, "INT64"), new("amount", ColumnKind.Double, true, "DOUBLE"), new("place", ColumnKind.Text, true, "BYTE_ARRAY"),
            new("name", ColumnKind.Text, false, "BYTE_ARRAY"),
    ];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Write_UnitsWithMissingValuesAndRejects_EveryKeptRowComesBackInOrder()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("out.parquet");
        var file = new PredictionFile(SchemaOf(s_wide, [1, 2, 3], [OutputColumn.Number("score"), new OutputColumn("label", ["no", "yes"])]));
        using var batch = new UnitColumns(s_wide, 300);
        var block = new UnitPredictions(2, 300);
        var expected = new List<string>();
        await using (var output = System.IO.File.Create(path))
        {
            await file.StartAsync(output, Ct);
            var next = 0;
            foreach (var (rows, rejectEvery) in new[] { (300, 0), (300, 0), (300, 7), (300, 0), (17, 3), (1, 1), (300, 0) })
            {
                Fill(batch, block, next, rows);
                byte[] keep = rejectEvery == 0 ? [] : [.. Enumerable.Range(0, rows).Select(i => (byte)(i % rejectEvery == 0 ? 0 : 1))];
                var kept = keep.Length == 0 ? rows : keep.Count(k => k == 1);
                expected.AddRange(Enumerable.Range(0, rows).Where(i => keep.Length == 0 || keep[i] == 1).Select(i => RowText(next + i)));
                await file.WriteAsync(new ScoredUnit(batch, block, keep, kept, next), Ct);
                next += rows;
            }
            Assert.Equal(expected.Count, file.Rows);
            await file.CompleteAsync(Ct);
        }
        Assert.Equal(expected, ReadAll(path));
    }

    [Fact]
    public async Task Write_UnitsOfOneLength_AreGatheredAndAShorterOneStandsAlone()
    {
        using var folder = new TemporaryFolder();
        var narrow = s_wide[..1];
        var file = new PredictionFile(SchemaOf(narrow, [], [OutputColumn.Number("score")]), CompressionMethod.None);
        Assert.Equal([65_536L, 16_384, 100], await GroupsAsync(folder.File("narrow"), file, narrow, 1, [16_384, 16_384, 16_384, 16_384, 16_384, 100]));
        Assert.Equal([40_000L, 40_000], await GroupsAsync(folder.File("large"), file, narrow, 1, [40_000, 40_000]));
        var wide = new PredictionFile(SchemaOf(narrow, [], [.. Enumerable.Range(0, 30).Select(i => OutputColumn.Number($"p{i}"))]), CompressionMethod.None);
        Assert.Equal([16_384L, 16_384], await GroupsAsync(folder.File("wide"), wide, narrow, 30, [8_192, 8_192, 8_192, 8_192]));
    }

    [Fact]
    public async Task Start_AfterAFileThatWasGivenUp_WritesNothingOfIt()
    {
        using var folder = new TemporaryFolder();
        var narrow = s_wide[..1];
        var file = new PredictionFile(SchemaOf(narrow, [], [OutputColumn.Number("score")]), CompressionMethod.None);
        using var batch = new UnitColumns(narrow, 10);
        var block = new UnitPredictions(1, 10);
        Fill(batch, block, 0, 10);
        await file.StartAsync(Stream.Null, Ct);
        await file.WriteAsync(new ScoredUnit(batch, block, default, 10, 0), Ct);
        Assert.Equal([5L], await GroupsAsync(folder.File("second"), file, narrow, 1, [5]));
    }

    private static PredictionSchema SchemaOf(InputColumn[] input, int[] carried, OutputColumn[] outputs) =>
        new("id", 0, input, carried, outputs, "churn/1", "churn-20261125T020000Z", DateTimeOffset.UnixEpoch);

    private static async Task<IEnumerable<long>> GroupsAsync(string path, PredictionFile file, InputColumn[] columns, int outputs, int[] units)
    {
        using var batch = new UnitColumns(columns, units.Max());
        var block = new UnitPredictions(outputs, units.Max());
        await using (var output = System.IO.File.Create(path))
        {
            await file.StartAsync(output, Ct);
            foreach (var rows in units)
            {
                Fill(batch, block, 0, rows);
                await file.WriteAsync(new ScoredUnit(batch, block, default, rows, 0), Ct);
            }
            await file.CompleteAsync(Ct);
        }
        using var reader = InputFileReader.Open(path);
        return [.. reader.RowGroupSizes().Select(g => g.Rows)];
    }

    private static void Fill(UnitColumns batch, UnitPredictions block, int from, int rows)
    {
        batch.Start(rows);
        block.Rows = rows;
        for (var row = 0; row < rows; row++)
        {
            batch[0].Integers[row] = from + row;
            for (var output = 0; output < block.OutputCount; output++)
                block.Column(output)[row] = output == 0 ? (from + row) / 8f : (from + row) % 2;
            if (batch.Count == 1)
                continue;
            batch[1].Doubles[row] = (from + row) * 0.5;
            batch[2].Text.Append(IsMissing(from + row) ? [] : Encoding.UTF8.GetBytes($"Ort-{from + row}-ß"));
            batch[3].Text.Append(Encoding.UTF8.GetBytes(new string('n', (from + row) % 50)));
        }
        for (var row = 0; row < rows && batch.Count > 1; row++)
        {
            if (IsMissing(from + row))
                batch[1].MarkMissing()[row] = batch[2].MarkMissing()[row] = 0;
        }
    }

    private static bool IsMissing(int number) => number % 5 == 3;

    private static string RowText(int n) => string.Create(System.Globalization.CultureInfo.InvariantCulture,
        $"{n}|{(IsMissing(n) ? "missing" : (n * 0.5).ToString("R", System.Globalization.CultureInfo.InvariantCulture))}|" +
        $"{(IsMissing(n) ? "missing" : $"Ort-{n}-ß")}|{new string('n', n % 50)}|" +
        $"{n / 8f}|{(n % 2 == 0 ? "no" : "yes")}|churn/1|churn-20261125T020000Z|0");

    private static List<string> ReadAll(string path)
    {
        using var file = InputFileReader.Open(path);
        var texts = new List<string>();
        for (var group = 0; group < file.RowGroupCount; group++)
        {
            using var reader = file.OpenRowGroup(group, [.. file.Columns.Select(c => c.Name)]);
            using var batch = new UnitColumns(file.Columns, 1_000);
            while (reader.Read(batch, 1_000) is > 0 and var count)
                texts.AddRange(Enumerable.Range(0, count).Select(row => string.Join('|', Enumerable.Range(0, batch.Count).Select(c => Text(batch[c], row)))));
        }
        return texts;
    }

    private static string Text(ColumnVector column, int row) => column.Present[row] == 0 ? "missing" : column.Kind switch
    {
        ColumnKind.Float => FormattableString.Invariant($"{column.Floats[row]}"),
        ColumnKind.Double => column.Doubles[row].ToString("R", System.Globalization.CultureInfo.InvariantCulture),
        ColumnKind.Text => Encoding.UTF8.GetString(column.Text[row]),
        _ => FormattableString.Invariant($"{column.Integers[row]}"),
    };
}
