using ParquetSharp;

namespace BatchEngine.Scorer.Inputs;

/// <summary>64-bit integers and microseconds, straight into the vector's memory.</summary>
internal sealed class Int64Decoder(ColumnReader<long> reader, short[] levels) : ColumnDecoder
{
    private readonly LevelReader<long> _levels = new(reader, 0, levels);

    public override void Read(ColumnVector target, int rows) => _levels.Read(target.Integers, target, 0);

    public override void Skip(long rows) => _levels.Skip(rows);

    public override void Dispose() => _levels.Dispose();
}
