using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Features;
using BatchEngine.Scorer.Inputs;

namespace BatchEngine.Scorer.Forests;

/// <summary>Takes a batch through a forest's graph, some thousand rows at a time, in its own buffers. Subclasses say how the trees' sums come about. Not
/// thread-safe.</summary>
internal abstract unsafe class ForestPass : IDisposable
{
    private readonly AlignedBuffer<nint> _inputs;

    protected ForestPass(LoadedForest model)
    {
        (Model, Columns) = (model, new ForestColumns(model));
        _inputs = new AlignedBuffer<nint>(Math.Max(1, model.Graph.Forest.Inputs.Length));
    }

    /// <summary>The forest.</summary>
    protected LoadedForest Model { get; }

    /// <summary>The columns of the chunk at hand.</summary>
    protected ForestColumns Columns { get; }

    /// <summary>The addresses of the forest's inputs.</summary>
    protected float** Inputs => (float**)_inputs.Address(0);

    /// <inheritdoc/>
    public virtual void Dispose()
    {
        Columns.Dispose();
        _inputs.Dispose();
    }

    /// <summary>Fills the predictions of all rows; the block has as many.</summary>
    protected void Run(FeatureMatrix features, UnitPredictions block)
    {
        Columns.Reserve(Math.Min(features.Rows, Model.ChunkRows));
        for (var from = 0; from < features.Rows; from += Model.ChunkRows)
        {
            var rows = Math.Min(Model.ChunkRows, features.Rows - from);
            Load(features, from, rows);
            Sum(block, from, rows);
            Columns.KeepSums(block, from, rows);
            Columns.Finish(Columns.Sums, Columns.Stride, rows);
            Columns.Copy(block, 0, from, rows);
        }
        if (Model.GivesConfidence)
            ClassConfidence.Fill(block, Model.OutputLayout.Probabilities!);
        GC.KeepAlive(features);
        GC.KeepAlive(this);
    }

    /// <summary>Takes a chunk's features over and does the steps before the forest.</summary>
    protected void Load(FeatureMatrix features, int from, int rows)
    {
        Columns.Load(features, from, rows);
        var inputs = Model.Graph.Forest.Inputs;
        for (var i = 0; i < inputs.Length; i++)
            _inputs.Span[i] = Columns.Address(inputs[i]);
    }

    /// <summary>Leaves the sums of a chunk in <see cref="ForestColumns.Sums"/>.</summary>
    protected abstract void Sum(UnitPredictions block, int from, int rows);
}
