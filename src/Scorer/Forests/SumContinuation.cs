using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Features;
using BatchEngine.Scorer.Forests.Walks;

namespace BatchEngine.Scorer.Forests;

/// <summary>Goes on from given sums with a forest's appended trees. Not thread-safe.</summary>
internal sealed unsafe class SumContinuation(LoadedForest model, ForestLayout trees) : ForestPass(model), ISumContinuation
{
    private readonly AddingKernel _walk = trees.CreateWalk();
    private AddingKernel? _block;

    /// <inheritdoc/>
    public void Continue(FeatureMatrix features, UnitPredictions block)
    {
        if (block.Rows != features.Rows)
            throw new ArgumentException($"There are {features.Rows} rows and the sums of {block.Rows}.", nameof(block));
        Run(features, block);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _walk.Dispose();
        _block?.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override void Sum(UnitPredictions block, int from, int rows)
    {
        Columns.TakeSums(block, from, rows);
        var kernel = rows < trees.BlockFromRows ? _walk : _block ??= trees.CreateBlock();
        kernel.Add(Inputs, rows, Columns.Sums, Columns.Stride);
    }
}
