using BatchEngine.Domain;

namespace BatchEngine.Scorer.Outputs;

/// <summary>One column of a Parquet file to write.</summary>
/// <param name="Name">The column's name, unique in its table.</param>
/// <param name="Kind">What it holds. Arrays given for it: Integer long[], Float float[], Double double[], Bool bool[], Text string[], Date and Timestamp
/// DateTime[] in UTC; nullable elements when <paramref name="IsNullable"/>.</param>
/// <param name="IsNullable">Whether values may be missing.</param>
public sealed record TableColumn(string Name, ColumnKind Kind, bool IsNullable);
