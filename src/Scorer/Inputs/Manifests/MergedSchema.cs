using BatchEngine.Domain;
using BatchEngine.Scorer.Inputs.Files;

namespace BatchEngine.Scorer.Inputs.Manifests;

/// <summary>The one schema of all files of an input. A file without rows decides nothing, unless no file has any. Not thread-safe.</summary>
/// <param name="inputs">Where the files are.</param>
internal sealed class MergedSchema(InputFiles inputs)
{
    private readonly List<MergedColumn> _columns = [];
    private readonly Dictionary<string, MergedColumn> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PartitionColumn> _partitions = new(StringComparer.Ordinal);
    private readonly List<InputFile> _files = [];
    private MergedSchema? _ofEmptyFiles;

    /// <summary>Whether any file has rows.</summary>
    public bool HasRows => _files.Count > 0;

    /// <summary>The columns of all files, in the order of first sight, one that is doubled in a file twice; then those that the folders give, which count
    /// where the files have a column of that name too.</summary>
    public IReadOnlyList<InputColumn> Columns => !HasRows ? _ofEmptyFiles?.Columns ?? [] :
    [
        .. _columns.Where(c => !_partitions.ContainsKey(c.Name)).SelectMany(c => c.DoubledIn is null ? [c.Column] : new[] { c.Column, c.Column }),
        .. _partitions.Values.Select(p => p.Column(ColumnKind.Text)),
    ];

    /// <summary>Adds a file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="schema">Its columns.</param>
    public void Add(InputFile file, FileSchema schema)
    {
        if (file.Rows > 0)
            Merge(file, schema);
        else if (!HasRows)
            (_ofEmptyFiles ??= new MergedSchema(inputs)).Merge(file, schema);
    }

    /// <summary>The columns, those that are needed checked over all files.</summary>
    /// <exception cref="BadInputException">A needed column is missing, doubled, unreadable, or its kinds do not go together.</exception>
    public IReadOnlyList<InputColumn> Require(InputNeeds needs)
    {
        if (!HasRows && _ofEmptyFiles is { HasRows: true } empty)
            return empty.Require(needs);
        var needed = new Dictionary<string, InputColumn>(StringComparer.Ordinal);
        foreach (var name in needs.Columns)
            needed[name] = Require(name, needs);
        return [.. Columns.Select(c => needed.GetValueOrDefault(c.Name, c)), .. needed.Values.Where(c => c.Element is not null)];
    }

    private void Merge(InputFile file, FileSchema schema)
    {
        var path = file.Path;
        foreach (var column in schema.Columns)
        {
            if (!_byName.TryGetValue(column.Column.Name, out var merged))
                _columns.Add(_byName[column.Column.Name] = merged = new MergedColumn(column.Column.Name));
            if (merged.SeenIn(_files.Count))
                merged.Double(path);
            else
                merged.Add(_files.Count, path, column);
        }
        foreach (var (name, value) in PathPartitions.Of(path))
        {
            if (!_partitions.TryGetValue(name, out var partition))
                _partitions[name] = partition = new PartitionColumn(name);
            partition.Add(_files.Count, value);
        }
        _files.Add(file);
    }

    private InputColumn Require(string name, InputNeeds needs) => needs.Elements.TryGetValue(name, out var element)
        ? Require(element.List, needs, isList: true).At(element) : Require(name, needs, isList: false);

    private InputColumn Require(string name, InputNeeds needs, bool isList)
    {
        if (_partitions.TryGetValue(name, out var partition))
            return Require(name, partition, needs);
        if (!_byName.TryGetValue(name, out var merged))
            throw InputProblems.ColumnMissing(_files[0].Path, name, Columns);
        if (merged.DoubledIn is { } path)
            throw InputProblems.Duplicate(path, name);
        var absent = merged.FirstAbsent(_files.Count);
        if (absent is { } file && (needs.MissingColumns == MissingColumnPolicy.Refuse || needs.KeyColumn == name))
            throw AbsentIn(_files[file], name);
        if (merged.Conflict is not null || (merged.TypeConflict is not null && needs.IsCopied(name)))
            merged = WithoutEmpty(name);
        var column = merged.Column;
        if (merged.Conflict is { } other)
            throw InputProblems.KindDiffers(other.Path, other.Column, column, merged.FirstPath);
        if (merged.LosesDecimals && needs.IsCopied(name))
            throw InputProblems.DecimalsDiffer(name, column);
        if (merged.TypeConflict is { } type && needs.Carried.Contains(name))
            throw InputProblems.TypeDiffers($"{type.Path}, column '{name}'", type.Column, column, merged.FirstPath);
        if (merged.KeyConflict is { } spelling && needs.KeyColumn == name)
            throw InputProblems.TypeDiffers($"{spelling.Path}, column '{name}'", spelling.Column, column, merged.FirstPath);
        if (needs.KeyColumn == name && column.Stored is null)
            column = column with { Stored = merged.First }; // one spelling in all files, though stored in several forms
        if (column.Kind == ColumnKind.Unsupported && !(isList && column.Elements is not null) && (column.Stored is null || needs.Features.Contains(name)))
            throw InputProblems.Unreadable($"{merged.FirstPath}, column '{name}'", column);
        if (merged.IsUnknown)
            column = column with { Kind = needs.KindsIfUnknown.GetValueOrDefault(name, column.Kind), IsNullable = true };
        return absent is null ? column : column with { IsNullable = true, MayBeAbsent = true };
    }

    private InputColumn Require(string name, PartitionColumn partition, InputNeeds needs)
    {
        var column = partition.Column(needs.KindsIfUnknown.GetValueOrDefault(name, ColumnKind.Text));
        if (partition.FirstAbsent(_files.Count) is not { } file)
            return column;
        return needs.MissingColumns == MissingColumnPolicy.Null && needs.KeyColumn != name ? column with { IsNullable = true, MayBeAbsent = true }
            : throw InputProblems.PartitionAbsent(_files[file].Path, name);
    }

    // Some writers type a column without any value as they please, so that a text becomes a double for a day: such a file decides nothing.
    private MergedColumn WithoutEmpty(string name)
    {
        var merged = new MergedColumn(name);
        for (var i = 0; i < _files.Count; i++)
        {
            using var reader = InputFileReader.Open(_files[i], inputs);
            if (reader.Schema.FindOrNull(_files[i].Path, name) is { } column)
                merged.Add(i, _files[i].Path, reader.HasNoValue(column) ? column with { Decoding = ColumnDecoding.Nothing } : column);
        }
        return merged;
    }

    private BadInputException AbsentIn(InputFile file, string name)
    {
        using var reader = InputFileReader.Open(file, inputs);
        return InputProblems.ColumnAbsent(file.Path, name, reader.Columns);
    }
}
