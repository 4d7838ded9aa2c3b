using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Scorer.Outputs;

namespace BatchEngine.Benchmarks.Scoring;

/// <summary>The generated input: an int64 id and 50 float32 columns of normal values, Snappy, row groups of 131,072 rows.</summary>
public static class InputTable
{
    /// <summary>Float columns.</summary>
    public const int Features = 50;

    /// <summary>Rows of a row group.</summary>
    public const int RowsPerGroup = 131_072;

    /// <summary>The path of the file with a number of rows; made once and kept in the temporary folder.</summary>
    /// <param name="rows">Rows.</param>
    /// <param name="ct">Stops writing.</param>
    /// <param name="changedEvery">One row in this number has another first value; 0 changes none.</param>
    public static async Task<string> PathOfAsync(int rows, CancellationToken ct, int changedEvery = 0)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), "batchengine-bench")).FullName;
        var path = Path.Combine(folder,
            string.Create(CultureInfo.InvariantCulture, $"floats-{Features}x{rows}{(changedEvery > 0 ? $"-changed-{changedEvery}" : "")}.parquet"));
        if (File.Exists(path))
            return path;
        await using (var file = File.Create(path + ".part"))
            await WriteAsync(file, rows, changedEvery, ct);
        File.Move(path + ".part", path);
        return path;
    }

    /// <summary>Normal values, as the models were trained on; the same for the same seed.</summary>
    public static void Fill(Random random, Span<float> target)
    {
        for (var i = 0; i < target.Length; i++)
            target[i] = (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
    }

    private static async Task WriteAsync(Stream file, int rows, int changedEvery, CancellationToken ct)
    {
        TableColumn[] columns = [new("id", ColumnKind.Integer, false), .. Enumerable.Range(0, Features)
            .Select(i => new TableColumn($"f{i}", ColumnKind.Float, false))];
        await using var table = await TableWriter.CreateAsync(file, columns, ct);
        var random = new Random(7);
        for (var from = 0; from < rows; from += RowsPerGroup)
        {
            var count = Math.Min(RowsPerGroup, rows - from);
            var arrays = new Array[columns.Length];
            arrays[0] = Enumerable.Range(from, count).Select(i => (long)i).ToArray();
            for (var i = 1; i < arrays.Length; i++)
            {
                var values = new float[count];
                Fill(random, values);
                for (var row = 0; row < count && i == 1 && changedEvery > 0; row += changedEvery)
                    values[row] += 1;
                arrays[i] = values;
            }
            await table.WriteRowGroupAsync(arrays, ct);
        }
        await table.CompleteAsync(ct);
    }
}
