using BatchEngine.Scorer.Forests.Model;
using BatchEngine.Scorer.Forests.Slices;
using BatchEngine.Scorer.Forests.Slices.Planning;
using BatchEngine.Scorer.Forests.Walks;

namespace BatchEngine.Scorer.Forests;

/// <summary>The kernels by name.</summary>
internal static class ForestKernels
{
    /// <summary>The names that this processor runs, the best first.</summary>
    public static IReadOnlyList<string> Available { get; } =
    [
        .. SliceKernel512.IsSupported ? (string[])[KernelNames.Slices512] : [],
        .. SliceKernel256.IsSupported ? (string[])[KernelNames.Slices256] : [],
        KernelNames.Slices128,
        KernelNames.Walk,
        KernelNames.Reference,
    ];

    /// <summary>Makes a kernel.</summary>
    /// <param name="name">One of <see cref="Available"/>.</param>
    /// <param name="model">The forest.</param>
    public static AddingKernel Create(string name, ForestModel model)
    {
        if (name == KernelNames.Reference)
            return new ReferenceKernel(model);
        var walk = new WalkForest(model);
        if (name == KernelNames.Walk)
            return new WalkKernel(model, walk);
        var plan = SlicePlanner.Plan(model, walk) ?? throw new ArgumentException("its trees are too large", nameof(model));
        return Slicing(name, model, walk, plan);
    }

    /// <summary>Makes a slicing kernel of a plan that several workers share.</summary>
    public static AddingKernel Slicing(string name, ForestModel model, WalkForest walk, SlicePlan plan) => name switch
    {
        KernelNames.Slices512 => new SliceKernel512(model, walk, plan),
        KernelNames.Slices256 => new SliceKernel256(model, walk, plan),
        KernelNames.Slices128 => new SliceKernel128(model, walk, plan),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "no kernel of this name"),
    };
}
