namespace BatchEngine.Domain;

/// <summary>One column of an input file.</summary>
/// <param name="Name">The column's name.</param>
/// <param name="Kind">What it holds.</param>
/// <param name="IsNullable">Whether the schema allows missing values.</param>
/// <param name="PhysicalType">The file's own words for the type, for errors.</param>
public sealed record InputColumn(string Name, ColumnKind Kind, bool IsNullable, string PhysicalType);
