namespace BatchEngine.Scorer.Execution.Forests;

/// <summary>The trees after the first ones of a forest, laid out for this processor. Thread-safe.</summary>
internal sealed class AppendedTrees
{
    private readonly ForestModel _model;
    private readonly WalkForest _walk;
    private readonly SlicePlan? _plan;
    private readonly KernelChoice _choice;

    /// <summary>Lays them out.</summary>
    /// <param name="forest">The whole forest.</param>
    /// <param name="firstTrees">Trees whose sums are given, fewer than all.</param>
    public AppendedTrees(ForestModel forest, int firstTrees)
    {
        _model = forest.After(firstTrees);
        _walk = new WalkForest(_model);
        _plan = SlicePlanner.Refusal(_model) is null ? SlicePlanner.Plan(_model, _walk) : null;
        _choice = KernelChoice.Measure(_model, _walk, _plan);
    }

    /// <summary>Rows from which on the block kernel is faster.</summary>
    public int BlockFromRows => _choice.BlockFromRows;

    /// <summary>The kernel for few rows.</summary>
    public AddingKernel CreateWalk() => new WalkKernel(_model, _walk);

    /// <summary>The kernel for many rows.</summary>
    public AddingKernel CreateBlock() => _plan is null || _choice.Block == ForestKernels.Walk ? CreateWalk() : ForestKernels.Slicing(_choice.Block, _model, _walk, _plan);
}
