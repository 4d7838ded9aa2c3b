using ParquetSharp;

namespace BatchEngine.Scorer.Inputs;

/// <summary>Floats, straight into the vector's memory.</summary>
internal sealed class FloatDecoder(ColumnReader<float> reader, short[] levels) : ColumnDecoder
{
    private readonly LevelReader<float> _levels = new(reader, float.NaN, levels);

    public override void Read(ColumnVector target, int rows) => _levels.Read(target.Floats, target, 0);

    public override void Skip(long rows) => _levels.Skip(rows);

    public override void Dispose() => _levels.Dispose();
}
