using BatchEngine.Scorer.Features;
using BatchEngine.Scorer.Inputs;

namespace BatchEngine.Scorer.Execution.Forests;

/// <summary>Goes on from given sums with a forest's appended trees, chunk by chunk, in its own buffers. Not thread-safe.</summary>
internal sealed unsafe class SumContinuation : ISumContinuation
{
    private readonly LoadedForest _model;
    private readonly AppendedTrees _trees;
    private readonly ForestColumns _columns;
    private readonly AddingKernel _walk;
    private readonly AlignedBuffer<nint> _inputs;
    private AddingKernel? _block;

    public SumContinuation(LoadedForest model, AppendedTrees trees)
    {
        (_model, _trees, _columns, _walk) = (model, trees, new ForestColumns(model), trees.CreateWalk());
        _inputs = new AlignedBuffer<nint>(Math.Max(1, model.Graph.Forest.Inputs.Length));
    }

    /// <inheritdoc/>
    public void Continue(FeatureMatrix features, PredictionBlock block)
    {
        if (block.Rows != features.Rows)
            throw new ArgumentException($"There are {features.Rows} rows and the sums of {block.Rows}.", nameof(block));
        _columns.Reserve(Math.Min(features.Rows, _model.ChunkRows));
        for (var from = 0; from < features.Rows; from += _model.ChunkRows)
            ContinueChunk(features, block, from, Math.Min(_model.ChunkRows, features.Rows - from));
        _model.FillConfidence(block);
        GC.KeepAlive(features);
        GC.KeepAlive(this);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _walk.Dispose();
        _block?.Dispose();
        _columns.Dispose();
        _inputs.Dispose();
    }

    private void ContinueChunk(FeatureMatrix features, PredictionBlock block, int from, int rows)
    {
        _columns.Load(features, from, rows);
        _columns.Addresses(_inputs.Span);
        var kernel = rows < _trees.BlockFromRows ? _walk : _block ??= _trees.CreateBlock();
        _columns.TakeSums(block, from, rows);
        kernel.Add((float**)_inputs.Address(0), rows, _columns.Sums, _columns.Stride);
        _columns.KeepSums(block, from, rows);
        _columns.Finish(_columns.Sums, _columns.Stride, rows);
        _columns.Copy(block, 0, from, rows);
    }
}
