namespace BatchEngine.Scorer.Units;

/// <summary>A unit: a bounded number of rows inside one row group, at fixed boundaries. Immutable.</summary>
/// <param name="Index">Counted from 0 over the shard.</param>
/// <param name="FileIndex">The file in the manifest.</param>
/// <param name="RowGroup">The row group in the file.</param>
/// <param name="FromRow">Its first row in the row group.</param>
/// <param name="Rows">Its rows.</param>
/// <param name="FirstRowInFile">The number of its first row in the file, counted from 0.</param>
/// <param name="FirstRowNumber">The number of its first row over the manifest, counted from 0.</param>
internal readonly record struct UnitSlice(int Index, int FileIndex, int RowGroup, long FromRow, int Rows, long FirstRowInFile, long FirstRowNumber);
