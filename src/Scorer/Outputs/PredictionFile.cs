using System.Numerics;
using Parquet;
using Parquet.Schema;

namespace BatchEngine.Scorer.Outputs;

/// <summary>Writes prediction files, several units a row group; the staging buffers outlive a file. Same units, same bytes. Not thread-safe.</summary>
internal sealed class PredictionFile
{
    /// <summary>The most rows that units are gathered to, where a row of output is short enough.</summary>
    public const int MaxGatheredRows = 65_536;

    /// <summary>Staging of gathered units takes no more than this; a wide or long row makes smaller row groups, of one unit at least.</summary>
    public const int MaxGatheredBytes = 2 << 20;

    private readonly IReadOnlyList<OutputField> _fields;
    private readonly ParquetSchema _schema;
    private readonly ParquetOptions _options;
    private readonly int _groupRows;
    private ParquetWriter? _writer;
    private int _staged;
    private int _stagedUnitRows;

    /// <summary>Prepares files of one schema.</summary>
    /// <param name="schema">What they hold.</param>
    /// <param name="compression">How pages are compressed.</param>
    public PredictionFile(PredictionSchema schema, CompressionMethod compression = CompressionMethod.Snappy)
    {
        _options = ParquetFields.Options(compression);
        _fields = schema.CreateFields(_options);
        _schema = new ParquetSchema(_fields.Select(f => (Field)f.Field));
        foreach (var field in _fields.Where(f => f is LabelField or ConstantField<ReadOnlyMemory<char>>))
            _options.ColumnEncodingHints[field.Field.Name] = EncodingHint.Dictionary;
        _groupRows = Math.Min(MaxGatheredRows, (int)BitOperations.RoundUpToPowerOf2((uint)(MaxGatheredBytes / _fields.Sum(f => f.StagedBytes)) + 1) / 2);
    }

    /// <summary>Rows in the file that is open, staged ones included.</summary>
    public long Rows { get; private set; }

    /// <summary>Starts a file; what was staged for one that was given up is forgotten.</summary>
    public async Task StartAsync(Stream output, CancellationToken ct)
    {
        Clear();
        _writer = await ParquetWriter.CreateAsync(_schema, output, _options, append: false, ct).ConfigureAwait(false);
        for (var i = 0; i < _fields.Count; i++)
        {
            if (_fields[i].Described is { } type)
                StoredElements.Describe(_writer, i, type);
        }
        Rows = 0;
    }

    /// <summary>Adds the kept rows of a unit; a row group is written when enough are there. Only units of equally many rows are gathered, so that row groups
    /// have few lengths and constant columns are encoded few times.</summary>
    public async Task WriteAsync(ScoredUnit unit, CancellationToken ct)
    {
        if (unit.KeptRows == 0)
            return;
        if (_staged > 0 && (unit.KeptRows != _stagedUnitRows || _staged + unit.KeptRows > _groupRows))
            await WriteGroupAsync(ct).ConfigureAwait(false);
        foreach (var field in _fields)
            field.Stage(unit);
        (_staged, _stagedUnitRows) = (_staged + unit.KeptRows, unit.KeptRows);
        Rows += unit.KeptRows;
        if (_staged >= _groupRows)
            await WriteGroupAsync(ct).ConfigureAwait(false);
    }

    /// <summary>Writes the last row group and the footer.</summary>
    public async Task CompleteAsync(CancellationToken ct)
    {
        if (_staged > 0)
            await WriteGroupAsync(ct).ConfigureAwait(false);
        await _writer!.DisposeAsync().ConfigureAwait(false);
        _writer = null;
    }

    private async Task WriteGroupAsync(CancellationToken ct)
    {
        using var group = _writer!.CreateRowGroup();
        foreach (var field in _fields)
            await field.WriteAsync(group, ct).ConfigureAwait(false);
        Clear();
    }

    private void Clear()
    {
        foreach (var field in _fields)
            field.Clear();
        _staged = 0;
    }
}
