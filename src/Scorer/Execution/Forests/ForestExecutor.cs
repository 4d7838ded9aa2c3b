using BatchEngine.Domain;
using BatchEngine.Scorer.Features;
using BatchEngine.Scorer.Inputs;

namespace BatchEngine.Scorer.Execution.Forests;

/// <summary>Runs a forest and its neighbours column by column, some thousand rows at a time, in its own buffers. Not thread-safe.</summary>
internal sealed unsafe class ForestExecutor : IModelExecutor
{
    private readonly LoadedForest _model;
    private readonly ForestColumns _columns;
    private readonly ForestKernel _walk;
    private ForestKernel? _block;
    private readonly AlignedBuffer<nint> _inputs;

    public ForestExecutor(LoadedForest model)
    {
        _model = model;
        _columns = new ForestColumns(model);
        _walk = model.CreateWalk();
        _inputs = new AlignedBuffer<nint>(Math.Max(1, model.Graph.Forest.Inputs.Length));
    }

    /// <inheritdoc/>
    public string Name => _model.Name;

    /// <inheritdoc/>
    public ModelSignature Signature => _model.Signature;

    /// <inheritdoc/>
    public IReadOnlyList<OutputColumn> Outputs => _model.Outputs;

    /// <inheritdoc/>
    public bool GivesConfidence => _model.GivesConfidence;

    /// <inheritdoc/>
    public bool AcceptsMissing => _model.AcceptsMissing;

    /// <inheritdoc/>
    public void Score(FeatureMatrix features, PredictionBlock block)
    {
        block.Rows = features.Rows;
        _columns.Reserve(Math.Min(features.Rows, _model.ChunkRows));
        for (var from = 0; from < features.Rows; from += _model.ChunkRows)
            ScoreChunk(features, block, from, Math.Min(_model.ChunkRows, features.Rows - from));
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

    /// <summary>Only ranks the features among the thresholds, to be measured alone.</summary>
    /// <returns>False when the kernel compares without ranking.</returns>
    public bool Rank(FeatureMatrix features)
    {
        _columns.Reserve(Math.Min(features.Rows, _model.ChunkRows));
        var kernel = features.Rows < _model.BlockFromRows ? _walk : _block ??= _model.CreateBlock();
        var ranks = true;
        for (var from = 0; from < features.Rows && ranks; from += _model.ChunkRows)
        {
            var rows = Math.Min(_model.ChunkRows, features.Rows - from);
            Gather(features, from, rows);
            ranks = kernel.Rank((float**)_inputs.Address(0), rows);
        }
        GC.KeepAlive(features);
        GC.KeepAlive(this);
        return ranks;
    }

    // The addresses of the forest's inputs, after the steps before it.
    private void Gather(FeatureMatrix features, int from, int rows)
    {
        _columns.Load(features, from, rows);
        _columns.Addresses(_inputs.Span);
    }

    private void ScoreChunk(FeatureMatrix features, PredictionBlock block, int from, int rows)
    {
        Gather(features, from, rows);
        var kernel = rows < _model.BlockFromRows ? _walk : _block ??= _model.CreateBlock();
        kernel.Sum((float**)_inputs.Address(0), rows, _columns.Sums, _columns.Stride);
        _columns.KeepSums(block, from, rows);
        _columns.Finish(_columns.Sums, _columns.Stride, rows);
        _columns.Copy(block, 0, from, rows);
    }
}
