using BatchEngine.Domain;

namespace BatchEngine.Scorer.Inputs.Manifests;

/// <summary>What the footers say of one column, file by file. Not thread-safe.</summary>
/// <param name="name">The column's name.</param>
internal sealed class MergedColumn(string name)
{
    private ColumnKind? _kind;
    private string _words = "";
    private string _path = "";
    private string _otherWords = "";
    private InputColumn? _empty;
    private StoredType? _stored;
    private StoredType? _first;
    private ColumnKind? _elements;
    private bool _isNullable;
    private int? _firstAbsent;
    private int _lastIndex = -1;

    /// <summary>The column's name.</summary>
    public string Name => name;

    /// <summary>The first file that has two columns of the name; null means none.</summary>
    public string? DoubledIn { get; private set; }

    /// <summary>The first file whose kind does not go with those before it; null means none.</summary>
    public (string Path, InputColumn Column)? Conflict { get; private set; }

    /// <summary>The first file whose stored type has none in common with those before it, so that the column cannot be copied; null means none.</summary>
    public (string Path, InputColumn Column)? TypeConflict { get; private set; }

    /// <summary>The first file whose values as keys are spelled otherwise than those before it; null means none.</summary>
    public (string Path, InputColumn Column)? KeyConflict { get; private set; }

    /// <summary>The first file that decided the kind, for errors.</summary>
    public string FirstPath => _path;

    /// <summary>The type that the first file states.</summary>
    public StoredType? First => _first;

    /// <summary>Whether no file has said a kind.</summary>
    public bool IsUnknown => _kind is null;

    /// <summary>Whether a decimal met another kind of number.</summary>
    public bool LosesDecimals { get; private set; }

    /// <summary>Files that have it.</summary>
    public int Files { get; private set; }

    /// <summary>The column as the files so far have it in common.</summary>
    public InputColumn Column => _kind is { } kind ? new InputColumn(name, kind, _isNullable, _words + _otherWords, _stored) { Elements = _elements }
        : _empty!;

    /// <summary>The first of the files that lacks it, counted from 0; null means that all of them have it.</summary>
    /// <param name="files">How many files there are.</param>
    public int? FirstAbsent(int files) => _firstAbsent ?? (Files < files ? Files : null);

    /// <summary>Whether the file, counted from 0, has shown the column already.</summary>
    public bool SeenIn(int index) => _lastIndex == index;

    /// <summary>Adds a file that has the column.</summary>
    /// <param name="index">The file, counted from 0 over those that decide.</param>
    /// <param name="path">The file.</param>
    /// <param name="seen">Its column.</param>
    public void Add(int index, string path, FileColumn seen)
    {
        if (_firstAbsent is null && Files < index)
            _firstAbsent = Files;
        Files++;
        _lastIndex = index;
        _isNullable |= seen.Column.IsNullable;
        if (seen.Decoding == ColumnDecoding.Nothing)
        {
            _empty ??= seen.Column;
            _isNullable = true;
        }
        else if (_kind is not { } kind)
        {
            (_kind, _words, _path, _stored, _first) = (seen.Column.Kind, seen.Column.PhysicalType, path, seen.Column.Stored, seen.Column.Stored);
            _elements = seen.Column.Elements;
        }
        else
        {
            if (kind != seen.Column.Kind)
                Widen(kind, path, seen.Column);
            else if (kind == ColumnKind.Timestamp && MeansOtherTime(seen.Column.Stored))
                Conflict ??= (path, seen.Column);
            else if (seen.Column.Elements != _elements)
                Conflict ??= (path, seen.Column);
            if (seen.Column.Stored != _first)
                Join(path, seen.Column);
        }
    }

    /// <summary>Notes that a file has two columns of the name.</summary>
    public void Double(string path) => DoubledIn ??= path;

    // An instant and the time on a clock somewhere are two things; the old form of 96 bits says of neither which it is.
    private bool MeansOtherTime(StoredType? seen) =>
        _first is { Form: not StoredForm.Int96 } first && seen is { Form: not StoredForm.Int96 } && first.IsUtc != seen.IsUtc;

    private void Join(string path, InputColumn seen)
    {
        if (_first is { } first && seen.Stored is { } type && !first.HasTextsOf(type))
            KeyConflict ??= (path, seen);
        _stored = _stored is { } stored && seen.Stored is { } other ? StoredType.Common(stored, other) : null;
        if (_stored is null)
            TypeConflict ??= (path, seen);
    }

    private void Widen(ColumnKind kind, string path, InputColumn seen)
    {
        if (SharedKind.Of(kind, seen.Kind) is not { } shared)
        {
            Conflict ??= (path, seen);
            return;
        }
        LosesDecimals |= !SharedKind.IsExact(kind, shared) || !SharedKind.IsExact(seen.Kind, shared);
        _kind = shared;
        if (_otherWords.Length == 0)
            _otherWords = $" in {_path}, {seen.PhysicalType} in {path}";
    }
}
