using BatchEngine.Domain;
using BatchEngine.Scorer.Outputs;

namespace BatchEngine.Host.Bench;

/// <summary>A Parquet file of an int64 id and float32 columns of normal values, Snappy, row groups of 131,072 rows; the same for the same request. Stateless,
/// thread-safe.</summary>
public static class NormalTable
{
    /// <summary>Rows of a row group.</summary>
    public const int RowsPerGroup = 131_072;

    /// <summary>The name of the key column.</summary>
    public const string Key = "id";

    /// <summary>Writes the file.</summary>
    /// <param name="path">Replaced when it is there.</param>
    /// <param name="columns">Names of the float columns.</param>
    /// <param name="rows">Rows to write.</param>
    /// <param name="onRows">Hears the rows of each row group when it is written; null means nobody listens.</param>
    /// <param name="ct">Stops between row groups; the file is then not complete.</param>
    public static async Task WriteAsync(string path, IReadOnlyList<string> columns, int rows, Action<long>? onRows, CancellationToken ct)
    {
        await using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20);
        await using var table = await TableWriter.CreateAsync(file,
            [new TableColumn(Key, ColumnKind.Integer, false), .. columns.Select(c => new TableColumn(c, ColumnKind.Float, false))], ct)
            .ConfigureAwait(false);
        for (var from = 0; from < rows; from += RowsPerGroup)
        {
            ct.ThrowIfCancellationRequested();
            var (first, count) = (from, Math.Min(RowsPerGroup, rows - from));
            var arrays = new Array[columns.Count + 1];
            arrays[0] = Enumerable.Range(first, count).Select(i => (long)i).ToArray();
            Parallel.For(0, columns.Count, column => arrays[column + 1] = Normal(new Random((column * 1_000_003) ^ first), count));
            await table.WriteRowGroupAsync(arrays, ct).ConfigureAwait(false);
            onRows?.Invoke(count);
        }
        await table.CompleteAsync(ct).ConfigureAwait(false);
    }

    // Two values from each pair of uniform ones.
    private static float[] Normal(Random random, int count)
    {
        var values = new float[count];
        for (var i = 0; i < count; i += 2)
        {
            var (radius, angle) = (Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())), 2 * Math.PI * random.NextDouble());
            values[i] = (float)(radius * Math.Cos(angle));
            if (i + 1 < count)
                values[i + 1] = (float)(radius * Math.Sin(angle));
        }
        return values;
    }
}
