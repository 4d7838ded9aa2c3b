using BatchEngine.Scorer.Forests;
using BatchEngine.Scorer.Forests.Model;
using BatchEngine.Scorer.Forests.Slices;
using BatchEngine.Scorer.Forests.Slices.Planning;
using BatchEngine.Scorer.Forests.Walks;
using CsCheck;

namespace BatchEngine.Scorer.Tests.Forests;

public sealed class ForestKernelTests
{
    private static readonly Gen<ForestShape> s_shapes =
        from seed in Gen.Int
        from trees in Gen.OneOf(Gen.Int[1, 4], Gen.Int[5, 40])
        from depth in Gen.Int[0, 9]
        from stop in Gen.OneOf([.. new[] { 0.0, 0.1, 0.35 }.Select(v => Gen.Const(v))])
        from features in Gen.OneOf(Gen.Int[1, 4], Gen.Int[5, 60])
        from grid in Gen.OneOf([.. new[] { 3, 40, 900 }.Select(v => Gen.Const(v))])
        from modes in Gen.Bool
        from missing in Gen.Bool
        from targets in Gen.OneOf([.. new[] { 1, 1, 2, 5 }.Select(v => Gen.Const(v))])
        from one in Gen.Bool
        select new ForestShape(seed, trees, depth, stop, features, grid, modes, missing, targets, one);

    public static TheoryData<string> Kernels => [.. ForestKernels.Available.Where(k => k != KernelNames.Reference)];

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Kernel_OfAnyForest_EqualsTheReferenceBitForBit(string kernel) =>
        Gen.Select(s_shapes, Gen.OneOf([.. new[] { 1, 7, 63, 64, 65, 511, 512, 700 }.Select(v => Gen.Const(v))])).Sample((shape, rows) =>
    {
        var model = RandomForests.Make(shape);
        Compare(kernel, model, RandomForests.Rows(shape, rows), shape.Targets);
    }, iter: 250, print: s => s.Item1.ToString());

    public static TheoryData<string> SlicingKernels => [.. ForestKernels.Available.Where(k => k.StartsWith("slices", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(SlicingKernels))]
    public void SlicingKernel_WithTopsAndGroupsMuchSmallerThanItsTrees_EqualsTheReferenceBitForBit(string kernel) =>
        Gen.Select(s_shapes, Gen.Int[1, 12], Gen.OneOf([.. new[] { 1, 17, 600, 2_100 }.Select(v => Gen.Const(v))])).Sample((shape, exits, rows) =>
        {
            var model = RandomForests.Make(shape);
            var walk = new WalkForest(model);
            var plan = SlicePlanner.Plan(model, walk, exits, Math.Max(1, exits / 2), 30);
            Assert.NotNull(plan);
            using var tested = ForestKernels.Slicing(kernel, model, walk, plan);
            Compare(tested, model, RandomForests.Rows(shape, rows), shape.Targets);
        }, iter: 200, print: s => s.ToString());

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Kernel_OfExtremeSizes_EqualsTheReferenceBitForBit(string kernel)
    {
        ForestShape[] shapes =
        [
            new(1, 10_000, 2, 0.1, 3, 40, true, true, 1, true),
            new(2, 40, 6, 0.1, 2_000, 40, true, true, 2, false),
            new(3, 3, 13, 0.02, 8, 60_000, false, true, 1, true),
            new(4, 2, 12, 0.05, 5, 60_000, true, false, 3, false),
            new(5, 20, 0, 0, 4, 3, false, false, 1, true),
        ];
        foreach (var shape in shapes)
            Compare(kernel, RandomForests.Make(shape), RandomForests.Rows(shape, 130), shape.Targets);
    }

    [Theory]
    [MemberData(nameof(SlicingKernels))]
    public void SlicingKernel_OfSoManyWideTreesThatItsChunksAreShort_EqualsTheReferenceBitForBit(string kernel)
    {
        var shape = new ForestShape(7, 6_000, 3, 0.1, 300, 40, false, true, 1, true);
        var model = RandomForests.Make(shape);
        var walk = new WalkForest(model);
        var plan = SlicePlanner.Plan(model, walk, 4, 2);
        Assert.NotNull(plan?.Tails);
        using var tails = new TailWalk(model, walk, plan.Tails);
        Assert.Equal(SlicePlan.BlockRows, tails.ChunkRows);
        using var tested = ForestKernels.Slicing(kernel, model, walk, plan);
        Compare(tested, model, RandomForests.Rows(shape, 600), 1);
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Kernel_OfOneHundredThousandRows_EqualsTheReferenceBitForBit(string kernel)
    {
        var shape = new ForestShape(6, 3, 5, 0.2, 4, 300, true, true, 1, true);
        Compare(kernel, RandomForests.Make(shape), RandomForests.Rows(shape, 100_000), 1);
    }

    internal static void Compare(string kernel, ForestModel model, float[][] columns, int targets)
    {
        using var tested = ForestKernels.Create(kernel, model);
        Compare(tested, model, columns, targets);
    }

    private static void Compare(ForestKernel tested, ForestModel model, float[][] columns, int targets)
    {
        using var reference = ForestKernels.Create(KernelNames.Reference, model);
        var expected = RandomForests.Score(reference, columns, targets);
        var actual = RandomForests.Score(tested, columns, targets);
        for (var i = 0; i < expected.Length; i++)
        {
            if (BitConverter.SingleToInt32Bits(expected[i]) != BitConverter.SingleToInt32Bits(actual[i]))
                Assert.Fail($"value {i} of {expected.Length}: {actual[i]:R} instead of {expected[i]:R}");
        }
    }
}
