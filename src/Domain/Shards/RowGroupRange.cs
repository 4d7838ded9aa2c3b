namespace BatchEngine.Domain;

/// <summary>A half-open range of row groups in one file of the manifest.</summary>
/// <param name="FileIndex">The file, counted from 0 in manifest order.</param>
/// <param name="FromRowGroup">The first row group, counted from 0.</param>
/// <param name="ToRowGroupExclusive">One past the last.</param>
public readonly record struct RowGroupRange(int FileIndex, int FromRowGroup, int ToRowGroupExclusive);
