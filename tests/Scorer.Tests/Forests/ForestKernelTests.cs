using BatchEngine.Scorer.Execution.Forests;
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

    public static TheoryData<string> Kernels => [.. ForestKernels.Available.Where(k => k != ForestKernels.Reference)];

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Kernel_OfAnyForest_EqualsTheReferenceBitForBit(string kernel) => Gen.Select(s_shapes, Gen.OneOf([.. new[] { 1, 7, 63, 64, 65, 511, 512, 700 }.Select(v => Gen.Const(v))])).Sample((shape, rows) =>
    {
        var model = RandomForests.Make(shape);
        Compare(kernel, model, RandomForests.Rows(shape, rows), shape.Targets);
    }, iter: 150, print: s => s.Item1.ToString());

    internal static void Compare(string kernel, ForestModel model, float[][] columns, int targets)
    {
        using var reference = ForestKernels.Create(ForestKernels.Reference, model);
        using var tested = ForestKernels.Create(kernel, model);
        var expected = RandomForests.Score(reference, columns, targets);
        var actual = RandomForests.Score(tested, columns, targets);
        for (var i = 0; i < expected.Length; i++)
        {
            if (BitConverter.SingleToInt32Bits(expected[i]) != BitConverter.SingleToInt32Bits(actual[i]))
                Assert.Fail($"value {i} of {expected.Length}: {actual[i]:R} instead of {expected[i]:R}");
        }
    }
}
