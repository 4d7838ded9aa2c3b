using BatchEngine.Domain;

namespace BatchEngine.Scorer.Outputs;

/// <summary>Writes rejected rows as Parquet, in bounded row groups. Not thread-safe.</summary>
internal sealed class DeadLetterFile : IAsyncDisposable
{
    private const int MaxBufferedRows = 16_384;

    private static readonly IReadOnlyList<TableColumn> s_columns =
    [
        new("file", ColumnKind.Text, false), new("row_group", ColumnKind.Integer, false), new("row", ColumnKind.Integer, false),
        new("key", ColumnKind.Text, true), new("reason", ColumnKind.Text, false), new("detail", ColumnKind.Text, false),
    ];

    private readonly TableWriter _table;
    private readonly List<RejectedRow> _buffered = [];

    private DeadLetterFile(TableWriter table) => _table = table;

    /// <summary>Rows added.</summary>
    public long Rows { get; private set; }

    /// <summary>Starts a file.</summary>
    public static async Task<DeadLetterFile> StartAsync(Stream output, CancellationToken ct) =>
        new(await TableWriter.CreateAsync(output, s_columns, ct).ConfigureAwait(false));

    /// <summary>Adds rows.</summary>
    public async Task AddAsync(IReadOnlyList<RejectedRow> rows, CancellationToken ct)
    {
        Rows += rows.Count;
        foreach (var row in rows)
        {
            _buffered.Add(row);
            if (_buffered.Count == MaxBufferedRows)
                await FlushAsync(ct).ConfigureAwait(false);
        }
    }

    /// <summary>Writes the rest and the footer.</summary>
    public async Task CompleteAsync(CancellationToken ct)
    {
        if (_buffered.Count > 0)
            await FlushAsync(ct).ConfigureAwait(false);
        await _table.CompleteAsync(ct).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _table.DisposeAsync();

    private async Task FlushAsync(CancellationToken ct)
    {
        await _table.WriteRowGroupAsync(
            [
                _buffered.Select(r => r.File).ToArray(), _buffered.Select(r => (long)r.RowGroup).ToArray(), _buffered.Select(r => r.Row).ToArray(),
                _buffered.Select(r => r.Key).ToArray(), _buffered.Select(r => r.Reason.ToString()).ToArray(), _buffered.Select(r => r.Detail).ToArray(),
            ], ct).ConfigureAwait(false);
        _buffered.Clear();
    }
}
