using BatchEngine.Domain;
using Parquet;
using Parquet.Schema;

namespace BatchEngine.Scorer.Outputs;

/// <summary>Writes a flat table as Parquet, one row group a call. Same arrays, same bytes. Not thread-safe.</summary>
/// <remarks>The file is readable only after <see cref="CompleteAsync"/>. The stream needs no seeking and stays the caller's.</remarks>
public sealed class TableWriter : IAsyncDisposable
{
    /// <summary>The most rows of one row group.</summary>
    public const int MaxRowsPerGroup = 1 << 22;

    private readonly ParquetWriter _writer;
    private readonly IReadOnlyList<TableColumn> _columns;
    private readonly DataField[] _fields;
    private bool _completed;

    private TableWriter(ParquetWriter writer, IReadOnlyList<TableColumn> columns, DataField[] fields) =>
        (_writer, _columns, _fields) = (writer, columns, fields);

    /// <summary>Rows written so far.</summary>
    public long Rows { get; private set; }

    /// <summary>Starts a file.</summary>
    /// <param name="output">Where the bytes go, forwards only.</param>
    /// <param name="columns">At least one.</param>
    /// <param name="ct">Stops writing the file's head.</param>
    /// <exception cref="ArgumentException">Two columns have one name, or a kind cannot be written.</exception>
    public static async Task<TableWriter> CreateAsync(Stream output, IReadOnlyList<TableColumn> columns, CancellationToken ct)
    {
        if (columns.Count == 0 || columns.Select(c => c.Name).Distinct(StringComparer.Ordinal).Count() != columns.Count)
            throw new ArgumentException("A table has at least one column, each with its own name.", nameof(columns));
        var fields = columns.Select(ParquetFields.Of).ToArray();
        var options = ParquetFields.Options();
        foreach (var column in columns.Where(c => c.Kind == ColumnKind.Text))
            options.ColumnEncodingHints[column.Name] = EncodingHint.Dictionary;
        var writer = await ParquetWriter.CreateAsync(new ParquetSchema(fields.Cast<Field>()), output, options, append: false, ct).ConfigureAwait(false);
        return new TableWriter(writer, columns, fields);
    }

    /// <summary>Writes one row group.</summary>
    /// <param name="values">One array per column, all of the same length, of the type that <see cref="TableColumn.Kind"/> names.</param>
    /// <param name="ct">Cancels; the file is then unusable.</param>
    /// <exception cref="ArgumentException">A length or type does not fit.</exception>
    public async Task WriteRowGroupAsync(IReadOnlyList<Array> values, CancellationToken ct)
    {
        if (_completed || values.Count != _columns.Count || values.Any(v => v.Length != values[0].Length) || values[0].Length > MaxRowsPerGroup)
            throw new ArgumentException($"A row group of an open file needs {_columns.Count} arrays of one length, at most {MaxRowsPerGroup}.", nameof(values));
        using var group = _writer.CreateRowGroup();
        for (var i = 0; i < values.Count; i++)
            await WriteAsync(group, _fields[i], _columns[i], values[i], ct).ConfigureAwait(false);
        Rows += values[0].Length;
    }

    /// <summary>Writes the footer; the stream holds a whole file then.</summary>
    public async Task CompleteAsync(CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        await DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Completes the file if that has not been done.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_completed)
            return;
        _completed = true;
        await _writer.DisposeAsync().ConfigureAwait(false);
    }

    private static Task WriteAsync(ParquetRowGroupWriter group, DataField field, TableColumn column, Array values, CancellationToken ct) =>
        (values, column.IsNullable) switch
        {
            (long[] v, false) => group.WriteAsync<long>(field, v, cancellationToken: ct),
            (long?[] v, true) => group.WriteAsync<long>(field, v, cancellationToken: ct),
            (float[] v, false) => group.WriteAsync<float>(field, v, cancellationToken: ct),
            (float?[] v, true) => group.WriteAsync<float>(field, v, cancellationToken: ct),
            (double[] v, false) => group.WriteAsync<double>(field, v, cancellationToken: ct),
            (double?[] v, true) => group.WriteAsync<double>(field, v, cancellationToken: ct),
            (bool[] v, false) => group.WriteAsync<bool>(field, v, cancellationToken: ct),
            (bool?[] v, true) => group.WriteAsync<bool>(field, v, cancellationToken: ct),
            (DateTime[] v, false) when column.Kind == ColumnKind.Timestamp =>
                group.WriteAsync<long>(ParquetFields.Stored(field, typeof(long)), Array.ConvertAll(v, Micros), cancellationToken: ct),
            (DateTime?[] v, true) when column.Kind == ColumnKind.Timestamp =>
                group.WriteAsync<long>(ParquetFields.Stored(field, typeof(long)), Array.ConvertAll(v, t => t is { } value ? Micros(value) : (long?)null),
                    cancellationToken: ct),
            (DateTime[] v, false) => group.WriteAsync<DateTime>(field, v, cancellationToken: ct),
            (DateTime?[] v, true) => group.WriteAsync<DateTime>(field, v, cancellationToken: ct),
            (string?[] v, true) => group.WriteAsync(field, v),
            (string[] v, false) => group.WriteAsync<ReadOnlyMemory<char>>(field, Array.ConvertAll(v, t => t.AsMemory()), cancellationToken: ct),
            _ => throw new ArgumentException($"Column '{column.Name}' of kind {column.Kind} cannot take {values.GetType().Name}.", nameof(values)),
        };

    private static long Micros(DateTime value) => (value - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
}
