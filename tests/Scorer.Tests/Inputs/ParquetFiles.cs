using ParquetSharp;

namespace BatchEngine.Scorer.Tests.Inputs;

/// <summary>Writes small Parquet files of every kind.</summary>
internal static class ParquetFiles
{
    /// <summary>One column of a file, with its values.</summary>
    public sealed record Data(Column Column, Action<LogicalColumnWriter, int, int> Write, int Rows)
    {
        public static Data Of<T>(string name, T[] values, LogicalType? type = null) =>
            new(new Column(typeof(T), name, type), (writer, from, count) => ((LogicalColumnWriter<T>)writer).WriteBatch(values, from, count), values.Length);

        /// <summary>Writes a file of this column alone.</summary>
        public void WriteTo(string path) => ParquetFiles.Write(path, [this]);
    }

    public static void Write(string path, IReadOnlyList<Data> columns, int rowsPerGroup = int.MaxValue, Action<WriterPropertiesBuilder>? configure = null)
    {
        using var builder = new WriterPropertiesBuilder();
        builder.Compression(Compression.Snappy);
        configure?.Invoke(builder);
        using var properties = builder.Build();
        using var file = new ParquetFileWriter(path, [.. columns.Select(c => c.Column)], properties);
        var rows = columns[0].Rows;
        for (var from = 0; from < rows; from += Math.Min(rowsPerGroup, rows - from))
        {
            using var group = file.AppendRowGroup();
            foreach (var column in columns)
            {
                using var writer = group.NextColumn().LogicalWriter();
                column.Write(writer, from, Math.Min(rowsPerGroup, rows - from));
            }
        }
        file.Close();
    }

    /// <summary>A file of one float column 'x' counting up from 0.</summary>
    public static void WriteCounting(string path, int rows, int rowsPerGroup = int.MaxValue, string column = "x") =>
        Write(path, [Data.Of(column, [.. Enumerable.Range(0, rows).Select(i => (float)i)])], rowsPerGroup);
}
