using System.Globalization;
using System.Text;
using BatchEngine.Domain;
using BatchEngine.Scorer.Inputs;

namespace BatchEngine.Host.Tests.EndToEnd;

/// <summary>Reads scored Parquet as text, exact to the last bit.</summary>
internal static class ParquetRows
{
    /// <summary>Every row of the folder's files by its integer key; a key that comes twice fails the test.</summary>
    public static IReadOnlyDictionary<long, string> Read(string folder, string keyColumn, IReadOnlyCollection<string> without)
    {
        var rows = new Dictionary<long, string>();
        foreach (var path in Directory.EnumerateFiles(folder, "*.parquet").Order(StringComparer.Ordinal))
        {
            using var file = InputFileReader.Open(path);
            var columns = file.Columns.Where(c => !without.Contains(c.Name)).ToArray();
            for (var group = 0; group < file.RowGroupCount; group++)
            {
                using var reader = file.OpenRowGroup(group, [.. columns.Select(c => c.Name)]);
                using var batch = new UnitColumns(columns, 8_192);
                while (reader.Read(batch, 8_192) is > 0 and var count)
                {
                    for (var row = 0; row < count; row++)
                    {
                        var key = batch[keyColumn].Integers[row];
                        Assert.True(rows.TryAdd(key, Text(batch, row)), $"{path}: key {key} is in the output twice");
                    }
                }
            }
        }
        return rows;
    }

    private static string Text(UnitColumns batch, int row) => string.Join('|', Enumerable.Range(0, batch.Count).Select(c => Text(batch[c], row)));

    private static string Text(ColumnVector column, int row)
    {
        if (column.HasMissing && column.Present[row] == 0)
            return "missing";
        return column.Kind switch
        {
            ColumnKind.Float => column.Floats[row].ToString("R", CultureInfo.InvariantCulture),
            ColumnKind.Double or ColumnKind.Decimal => column.Doubles[row].ToString("R", CultureInfo.InvariantCulture),
            ColumnKind.Text => Encoding.UTF8.GetString(column.TextBytes[column.TextOffsets[row]..column.TextOffsets[row + 1]]),
            _ => column.Integers[row].ToString(CultureInfo.InvariantCulture),
        };
    }
}
