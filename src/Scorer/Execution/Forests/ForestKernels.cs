namespace BatchEngine.Scorer.Execution.Forests;

/// <summary>The kernels by name. Thread-safe.</summary>
internal static class ForestKernels
{
    /// <summary>The file's own branches, one by one.</summary>
    public const string Reference = "reference";

    /// <summary>Eight walks side by side.</summary>
    public const string Walk = "walk";

    /// <summary>512 rows as bits, 512-bit vectors with byte permutes and bit matrices.</summary>
    public const string Slices512 = "slices-avx512";

    /// <summary>512 rows as bits, 256-bit vectors.</summary>
    public const string Slices256 = "slices-avx2";

    /// <summary>512 rows as bits, portable 128-bit vectors.</summary>
    public const string Slices128 = "slices-vector128";

    /// <summary>The names that this processor runs, the best first.</summary>
    public static IReadOnlyList<string> Available { get; } =
    [
        .. SliceKernel512.IsSupported ? (string[])[Slices512] : [],
        .. SliceKernel256.IsSupported ? (string[])[Slices256] : [],
        Slices128,
        Walk,
        Reference,
    ];

    /// <summary>Makes a kernel.</summary>
    /// <param name="name">One of <see cref="Available"/>.</param>
    /// <param name="model">The forest.</param>
    public static AddingKernel Create(string name, ForestModel model)
    {
        if (name == Reference)
            return new ReferenceKernel(model);
        var walk = new WalkForest(model);
        if (name == Walk)
            return new WalkKernel(model, walk);
        var plan = SlicePlanner.Plan(model, walk) ?? throw new ArgumentException("its trees are too large", nameof(model));
        return Slicing(name, model, walk, plan);
    }

    /// <summary>Makes a slicing kernel of a plan that several workers share.</summary>
    public static AddingKernel Slicing(string name, ForestModel model, WalkForest walk, SlicePlan plan) => name switch
    {
        Slices512 => new SliceKernel512(model, walk, plan),
        Slices256 => new SliceKernel256(model, walk, plan),
        Slices128 => new SliceKernel128(model, walk, plan),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "no kernel of this name"),
    };
}
