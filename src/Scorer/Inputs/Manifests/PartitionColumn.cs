using BatchEngine.Domain;

namespace BatchEngine.Scorer.Inputs.Manifests;

/// <summary>What the paths say of one column, file by file. Not thread-safe.</summary>
/// <param name="name">The column's name.</param>
internal sealed class PartitionColumn(string name)
{
    private List<ColumnKind>? _kinds;
    private bool _isNullable;
    private int? _firstAbsent;
    private int _files;

    /// <summary>The column, of the narrowest kind that all values fit; null values fit any.</summary>
    /// <param name="kindIfUnknown">Its kind when no value is known.</param>
    public InputColumn Column(ColumnKind kindIfUnknown)
    {
        var kind = _kinds?[0] ?? kindIfUnknown;
        return new InputColumn(name, kind, _isNullable, $"{kind}, a part of the path", TypeOf(kind)) { IsPartOfPath = true };
    }

    /// <summary>The first of the files that lacks it, counted from 0; null means that all of them have it.</summary>
    /// <param name="files">How many files there are.</param>
    public int? FirstAbsent(int files) => _firstAbsent ?? (_files < files ? _files : null);

    /// <summary>Adds a file.</summary>
    /// <param name="index">The file, counted from 0.</param>
    /// <param name="value">What its path says; null means missing.</param>
    public void Add(int index, string? value)
    {
        if (_firstAbsent is null && _files < index)
            _firstAbsent = _files;
        _files++;
        if (value is null)
            _isNullable = true;
        else if (_kinds is null)
            _kinds = [.. PathPartitions.KindsOf(value)];
        else
            _kinds = [.. _kinds.Intersect(PathPartitions.KindsOf(value))];
    }

    /// <summary>What a copy of the column is stored as.</summary>
    private static StoredType TypeOf(ColumnKind kind) => kind switch
    {
        ColumnKind.Bool => new StoredType(StoredForm.Bool, ValueMeaning.Plain),
        ColumnKind.Integer => new StoredType(StoredForm.Int64, ValueMeaning.Plain),
        ColumnKind.Double => new StoredType(StoredForm.Double, ValueMeaning.Plain),
        ColumnKind.Date => new StoredType(StoredForm.Int32, ValueMeaning.Date),
        ColumnKind.Timestamp => new StoredType(StoredForm.Int64, ValueMeaning.Timestamp, Fraction: FractionDigits.Micros, IsUtc: true),
        _ => new StoredType(StoredForm.Bytes, ValueMeaning.Text),
    };
}
