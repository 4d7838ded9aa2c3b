namespace BatchEngine.Domain;

/// <summary>The size of one row group.</summary>
/// <param name="Rows">Rows in it.</param>
/// <param name="Bytes">Compressed bytes of it.</param>
public readonly record struct RowGroupSize(long Rows, long Bytes);
