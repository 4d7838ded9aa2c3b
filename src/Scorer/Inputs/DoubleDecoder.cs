using ParquetSharp;

namespace BatchEngine.Scorer.Inputs;

/// <summary>Doubles, straight into the vector's memory.</summary>
internal sealed class DoubleDecoder(ColumnReader<double> reader, short[] levels) : ColumnDecoder
{
    private readonly LevelReader<double> _levels = new(reader, double.NaN, levels);

    public override void Read(ColumnVector target, int rows) => _levels.Read(target.Doubles, target, 0);

    public override void Skip(long rows) => _levels.Skip(rows);

    public override void Dispose() => _levels.Dispose();
}
