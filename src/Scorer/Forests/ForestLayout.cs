using BatchEngine.Scorer.Forests.Model;
using BatchEngine.Scorer.Forests.Slices;
using BatchEngine.Scorer.Forests.Slices.Planning;
using BatchEngine.Scorer.Forests.Walks;

namespace BatchEngine.Scorer.Forests;

/// <summary>A forest laid out for this processor: for walking, in bits where that can be done, and which of the two from how many rows on.</summary>
/// <param name="Model">The forest.</param>
/// <param name="Walk">Its trees for walking.</param>
/// <param name="Plan">Its trees in bits; null when they cannot be.</param>
/// <param name="Refusal">Why not, where the forest itself is the reason; null otherwise.</param>
/// <param name="Choice">Which kernel runs when.</param>
internal sealed record ForestLayout(ForestModel Model, WalkForest Walk, SlicePlan? Plan, string? Refusal, KernelChoice Choice)
{
    /// <summary>Rows from which on the block kernel is faster.</summary>
    public int BlockFromRows => Choice.BlockFromRows;

    /// <summary>A kernel for few rows.</summary>
    public AddingKernel CreateWalk() => new WalkKernel(Model, Walk);

    /// <summary>A kernel for many rows.</summary>
    public AddingKernel CreateBlock() =>
        Plan is null || Choice.Block == KernelNames.Walk ? CreateWalk() : ForestKernels.Slicing(Choice.Block, Model, Walk, Plan);

    /// <summary>Lays a forest out, and measures its kernels.</summary>
    public static ForestLayout Of(ForestModel model)
    {
        var walk = new WalkForest(model);
        var refusal = SlicePlanner.Refusal(model);
        var plan = refusal is null ? SlicePlanner.Plan(model, walk) : null;
        return new ForestLayout(model, walk, plan, refusal, KernelChoice.Measure(model, walk, plan));
    }
}
