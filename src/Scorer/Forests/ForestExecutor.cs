using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Features;
using BatchEngine.Scorer.Forests.Walks;

namespace BatchEngine.Scorer.Forests;

/// <summary>Runs a forest and its neighbours. Not thread-safe.</summary>
internal sealed unsafe class ForestExecutor(LoadedForest model) : ForestPass(model), IModelExecutor
{
    private readonly ForestKernel _walk = model.CreateWalk();
    private ForestKernel? _block;

    /// <inheritdoc/>
    LoadedModel IModelExecutor.Model => Model;

    /// <inheritdoc/>
    public void Score(FeatureMatrix features, UnitPredictions block)
    {
        block.Rows = features.Rows;
        Run(features, block);
    }

    /// <summary>Only ranks the features among the thresholds, to be measured alone.</summary>
    /// <returns>False when the kernel compares without ranking.</returns>
    public bool Rank(FeatureMatrix features)
    {
        Columns.Reserve(Math.Min(features.Rows, Model.ChunkRows));
        var kernel = KernelFor(features.Rows);
        var ranks = true;
        for (var from = 0; from < features.Rows && ranks; from += Model.ChunkRows)
        {
            var rows = Math.Min(Model.ChunkRows, features.Rows - from);
            Load(features, from, rows);
            ranks = kernel.Rank(Inputs, rows);
        }
        GC.KeepAlive(features);
        GC.KeepAlive(this);
        return ranks;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _walk.Dispose();
        _block?.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override void Sum(UnitPredictions block, int from, int rows) => KernelFor(rows).Sum(Inputs, rows, Columns.Sums, Columns.Stride);

    private ForestKernel KernelFor(int rows) => rows < Model.BlockFromRows ? _walk : _block ??= Model.CreateBlock();
}
