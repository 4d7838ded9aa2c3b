namespace BatchEngine.Domain;

/// <summary>One column of an input: of one file, or what all files of a manifest have in common.</summary>
/// <param name="Name">The column's name.</param>
/// <param name="Kind">What it holds.</param>
/// <param name="IsNullable">Whether the schema allows missing values; over several files, whether any of them does.</param>
/// <param name="PhysicalType">The file's own words for the type, for errors.</param>
public sealed record InputColumn(string Name, ColumnKind Kind, bool IsNullable, string PhysicalType)
{
    /// <summary>Whether a file without the column has missing values in all of its rows; otherwise such a file cannot be read. Default false.</summary>
    public bool MayBeAbsent { get; init; }

    /// <summary>Whether the values come from the files' folders, named "column=value", and not from the files. Default false.</summary>
    public bool IsPartOfPath { get; init; }
}
