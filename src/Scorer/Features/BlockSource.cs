using BatchEngine.Scorer.Inputs;

namespace BatchEngine.Scorer.Features;

/// <summary>Fills a block of doubles from a column's rows; missing is NaN. Thread-safe.</summary>
/// <param name="vector">The column.</param>
/// <param name="firstRow">The row of block[0].</param>
/// <param name="block">Receives a value for each of its places.</param>
internal delegate void BlockSource(ColumnVector vector, int firstRow, Span<double> block);
