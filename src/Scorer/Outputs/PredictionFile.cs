using Parquet;
using Parquet.Schema;

namespace BatchEngine.Scorer.Outputs;

/// <summary>Writes prediction files, one row group a unit; the staging buffers outlive a file. Not thread-safe.</summary>
internal sealed class PredictionFile
{
    private readonly IReadOnlyList<OutputField> _fields;
    private readonly ParquetSchema _schema;
    private readonly ParquetOptions _options;
    private ParquetWriter? _writer;

    /// <summary>Prepares files of one schema.</summary>
    public PredictionFile(PredictionSchema schema, TableCompression compression)
    {
        _options = ParquetFields.Options(compression);
        _fields = schema.CreateFields(_options);
        _schema = new ParquetSchema(_fields.Select(f => (Field)f.Field));
        foreach (var field in _fields.Where(f => f is LabelField or ConstantField<ReadOnlyMemory<char>>))
            _options.ColumnEncodingHints[field.Field.Name] = EncodingHint.Dictionary;
    }

    /// <summary>Rows in the file that is open.</summary>
    public long Rows { get; private set; }

    /// <summary>Starts a file.</summary>
    public async Task StartAsync(Stream output, CancellationToken ct)
    {
        _writer = await ParquetWriter.CreateAsync(_schema, output, _options, append: false, ct).ConfigureAwait(false);
        Rows = 0;
    }

    /// <summary>Writes the kept rows of a unit as one row group; nothing when none is kept.</summary>
    public async Task WriteAsync(UnitRows unit, CancellationToken ct)
    {
        if (unit.KeptRows == 0)
            return;
        using var group = _writer!.CreateRowGroup();
        foreach (var field in _fields)
        {
            field.Stage(unit);
            await field.WriteAsync(group, ct).ConfigureAwait(false);
        }
        Rows += unit.KeptRows;
    }

    /// <summary>Writes the footer.</summary>
    public async Task CompleteAsync()
    {
        await _writer!.DisposeAsync().ConfigureAwait(false);
        _writer = null;
    }
}
