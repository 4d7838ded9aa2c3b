using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Features;
using BatchEngine.Scorer.Forests.Slices;
using BatchEngine.Scorer.Forests.Walks;
using BatchEngine.Scorer.Inputs;

namespace BatchEngine.Scorer.Forests;

/// <summary>Scores rows with all forests of a <see cref="JointForest"/>, chunk by chunk. Not thread-safe.</summary>
internal sealed unsafe class JointForestScoring : IDisposable
{
    private const int ChunkRows = 4 * SlicePlan.BlockRows;

    private readonly JointForest _joint;
    private readonly ForestColumns[] _columns;
    private readonly ForestKernel _walk;
    private ForestKernel? _block;
    private readonly AlignedBuffer<nint> _inputs;
    private readonly AlignedBuffer<float> _sums;

    public JointForestScoring(JointForest joint)
    {
        _joint = joint;
        _columns = [.. joint.Forests.Select(f => new ForestColumns(f))];
        _walk = joint.CreateWalk();
        _inputs = new AlignedBuffer<nint>(Math.Max(1, joint.Inputs.Length));
        _sums = new AlignedBuffer<float>(checked(joint.TargetCount * ChunkRows));
    }

    /// <summary>Fills the columns of each forest's outputs, which begin at the given ones; the block has its rows already.</summary>
    public void Score(FeatureMatrix features, UnitPredictions block, IReadOnlyList<int> firstColumns)
    {
        foreach (var columns in _columns)
            columns.Reserve(Math.Min(features.Rows, ChunkRows));
        for (var from = 0; from < features.Rows; from += ChunkRows)
            ScoreChunk(features, block, firstColumns, from, Math.Min(ChunkRows, features.Rows - from));
        GC.KeepAlive(features);
        GC.KeepAlive(this);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var columns in _columns)
            columns.Dispose();
        _walk.Dispose();
        _block?.Dispose();
        _inputs.Dispose();
        _sums.Dispose();
    }

    private void ScoreChunk(FeatureMatrix features, UnitPredictions block, IReadOnlyList<int> firstColumns, int from, int rows)
    {
        foreach (var columns in _columns)
            columns.Load(features, from, rows);
        for (var i = 0; i < _joint.Inputs.Length; i++)
            _inputs.Span[i] = _columns[_joint.Inputs[i].Forest].Address(_joint.Inputs[i].Column);
        var kernel = rows < _joint.BlockFromRows ? _walk : _block ??= _joint.CreateBlock();
        var sums = (float*)_sums.Address(0);
        kernel.Sum((float**)_inputs.Address(0), rows, sums, ChunkRows);
        for (var i = 0; i < _columns.Length; i++)
        {
            _columns[i].Finish(sums, ChunkRows, rows);
            _columns[i].Copy(block, firstColumns[i], from, rows);
            sums += (long)_joint.Forests[i].Graph.Forest.Model.TargetCount * ChunkRows;
        }
    }
}
