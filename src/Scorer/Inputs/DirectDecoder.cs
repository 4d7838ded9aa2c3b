using ParquetSharp;

namespace BatchEngine.Scorer.Inputs;

/// <summary>Values that are stored in the form that a vector holds: decoded straight into its memory.</summary>
/// <param name="reader">The library's reader; disposed with this.</param>
/// <param name="missing">What a row without a value gets.</param>
/// <param name="levels">Room for definition levels.</param>
/// <param name="memoryOf">The vector's memory for values of this type.</param>
internal sealed class DirectDecoder<T>(ColumnReader<T> reader, T missing, short[] levels, DirectDecoder<T>.MemoryOf memoryOf) : ColumnDecoder
    where T : unmanaged
{
    /// <summary>Gives a vector's memory for its started rows.</summary>
    public delegate Span<T> MemoryOf(ColumnVector target);

    private readonly LevelReader<T> _levels = new(reader, missing, levels);

    public override void Read(ColumnVector target, int rows) => _levels.Read(memoryOf(target), target, 0);

    public override void Skip(long rows) => _levels.Skip(rows);

    public override void Dispose() => _levels.Dispose();
}
