namespace BatchEngine.Domain;

/// <summary>One column of an input: of one file, or what all files of a manifest have in common.</summary>
/// <param name="Name">The column's name.</param>
/// <param name="Kind">What it holds, for what it is read for.</param>
/// <param name="IsNullable">Whether the schema allows missing values; over several files, whether any of them does.</param>
/// <param name="PhysicalType">The file's own words for the type, for errors.</param>
/// <param name="Stored">The type that the file states, over several files one that holds the values of all; null means that there is none (nested columns,
/// files of different types), or a plan that was made before this was kept.</param>
/// <param name="Use">What it is read for.</param>
public sealed record InputColumn(string Name, ColumnKind Kind, bool IsNullable, string PhysicalType, StoredType? Stored = null,
    ColumnUse Use = ColumnUse.Feature)
{
    /// <summary>Whether a file without the column has missing values in all of its rows; otherwise such a file cannot be read. Default false.</summary>
    public bool MayBeAbsent { get; init; }

    /// <summary>Whether the values come from the files' folders, named "column=value", and not from the files. Default false.</summary>
    public bool IsPartOfPath { get; init; }

    /// <summary>What the lists of the column hold, of a column of lists of numbers; null (the default) means any other column.</summary>
    public ColumnKind? Elements { get; init; }

    /// <summary>Of a column that is one place of a column of lists: which; null (the default) means a column of the file.</summary>
    public ListElement? Element { get; init; }

    /// <summary>One place of the lists as a column, missing where the list or the element is null.</summary>
    public InputColumn At(ListElement element) => this with
    {
        Name = ListElement.NameOf(element.List, element.Index),
        Kind = Elements ?? ColumnKind.Unsupported,
        IsNullable = true,
        Elements = null,
        Element = element,
    };

    /// <summary>The column as it is read to be copied.</summary>
    public InputColumn AsCarried() => Stored is null || Stored.IsReadAsStored ? this : this with { Kind = Stored.ExactKind, Use = ColumnUse.Carried };

    /// <summary>The column as it is read to name predictions.</summary>
    /// <param name="place">Where it was asked for.</param>
    /// <exception cref="BadInputException">Its values have no exact text.</exception>
    public InputColumn AsKey(string place)
    {
        var kind = KeyKinds.Of(this, place) == KeyKind.Int64 ? ColumnKind.Integer : ColumnKind.Text;
        return kind == Kind ? this : this with { Kind = kind, Use = ColumnUse.Key };
    }
}
