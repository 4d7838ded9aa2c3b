using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Execution.Opening;
using BatchEngine.Scorer.Features;
using BatchEngine.Scorer.Forests;
using BatchEngine.Scorer.Forests.Model;
using BatchEngine.Scorer.Forests.Walks;
using CsCheck;

namespace BatchEngine.Scorer.Tests.Forests;

/// <summary>A forest scored in two parts, the first trees by their own model and the others from its sums, must give the bits of the whole.</summary>
public sealed class SumContinuationTests
{
    private static readonly Gen<ForestShape> s_shapes =
        from seed in Gen.Int[0, int.MaxValue]
        from trees in Gen.Int[2, 30]
        from depth in Gen.Int[1, 9]
        from features in Gen.Int[1, 20]
        from grid in Gen.Int[3, 300]
        from missing in Gen.Bool
        from targets in Gen.Int[1, 4]
        select new ForestShape(seed, trees, depth, 0.2, features, grid, true, missing, targets, false);

    private static readonly Gen<int> s_rows = Gen.OneOf([.. new[] { 1, 7, 64, 513, 2_500 }.Select(v => Gen.Const(v))]);

    public static TheoryData<string> Kernels => [.. ForestKernels.Available];

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Kernel_GoingOnFromTheFirstTreesSums_GivesTheBitsOfAllTrees(string kernel) =>
        Gen.Select(s_shapes, s_rows, Gen.Int[0, 3]).Sample((shape, rows, aggregate) =>
    {
        // Slices only add up.
        aggregate = kernel.StartsWith("slices", StringComparison.Ordinal) ? 0 : aggregate;
        var model = RandomForests.Make(shape, (ForestAggregate)aggregate);
        var first = 1 + (shape.Seed % (shape.Trees - 1));
        using var whole = ForestKernels.Create(KernelNames.Reference, model);
        using var parent = ForestKernels.Create(KernelNames.Reference, RandomForests.Make(shape with { Trees = first }, (ForestAggregate)aggregate));
        using var rest = ForestKernels.Create(kernel, model.After(first));
        var columns = RandomForests.Rows(shape, rows);
        var sums = RandomForests.Score(parent, columns, shape.Targets);
        RandomForests.Add(rest, columns, sums);
        Assert.Equal(Bits(RandomForests.Score(whole, columns, shape.Targets)), Bits(sums));
    }, iter: 120, print: s => $"{s.Item1}, {s.Item2} rows, {(ForestAggregate)s.Item3}");

    [Fact]
    public void Regressor_WithKeptSums_GoesOnToTheBitsOfTheWhole() =>
        Gen.Select(s_shapes, s_rows, Gen.Int[0, 3], Gen.Int[0, 4], Gen.Bool).Sample((shape, rows, aggregate, transform, bases) =>
        Compare(shape, rows, model =>
            ForestOnnx.Regressor(model, shape.Features, (ForestAggregate)aggregate, (PostTransform)transform, bases
            ? [.. Enumerable.Repeat(0.3f, shape.Targets)] : []), keeps: true),
        iter: 100, print: s => s.ToString());

    [Fact]
    public void Classifier_WithKeptSums_GoesOnToTheBitsOfTheWhole() =>
        Gen.Select(s_shapes, s_rows, Gen.Int[0, 3], Gen.Bool).Sample((shape, rows, transform, bases) =>
    {
        shape = shape with { Targets = Math.Max(2, shape.Targets) };
        Compare(shape, rows, model =>
            ForestOnnx.Classifier(model, shape.Features, (PostTransform)transform, bases ? [.. Enumerable.Repeat(0.3f, shape.Targets)]
            : [], shape.Targets, false), keeps: true);
    }, iter: 100, print: s => s.ToString());

    [Fact]
    public void Regressor_WhoseOutputsAreItsSums_GoesOnFromThem() => Gen.Select(s_shapes, s_rows, Gen.Bool).Sample((shape, rows, zeros) =>
        Compare(shape, rows, model =>
            ForestOnnx.Regressor(model, shape.Features, ForestAggregate.Sum, PostTransform.None, zeros ? new float[shape.Targets] : []), keeps: false),
        iter: 100, print: s => s.ToString());

    [Theory]
    [InlineData(ForestAggregate.Sum, PostTransform.Logistic, 0f)]
    [InlineData(ForestAggregate.Sum, PostTransform.None, 0.5f)]
    [InlineData(ForestAggregate.Average, PostTransform.None, 0f)]
    [InlineData(ForestAggregate.Min, PostTransform.None, 0f)]
    public void Regressor_ThatDoesSomethingToItsSums_DoesNotCallItsOutputsSums(object aggregate, object transform, float origin)
    {
        var shape = new ForestShape(1, 3, 3, 0, 4, 20, false, false, 1, true);
        using var file = new TemporaryModel(
            ForestOnnx.Regressor(RandomForests.Make(shape, (ForestAggregate)aggregate), 4, (ForestAggregate)aggregate, (PostTransform)transform, [origin]));
        using var model = Open(file, shape);
        Assert.Equal((1, false), (model.SumCount, model.SumsAreOutputs));
    }

    [Fact]
    public void Model_ThatIsNoForest_HasNoSums()
    {
        var shape = new ForestShape(1, 3, 3, 0, 4, 20, false, false, 1, true);
        using var file = new TemporaryModel(ForestOnnx.Regressor(RandomForests.Make(shape), 4, ForestAggregate.Sum, PostTransform.None, []));
        using var model = ExecutorFactory.Open(file.Path, Names(shape), ExecutorOptions.Default with { Engine = "onnx" });
        Assert.Equal((0, false), (model.SumCount, model.SumsAreOutputs));
        Assert.Throws<InvalidOperationException>(() => model.ContinueAfter(1));
    }

    private static void Compare(ForestShape shape, int rows, Func<ForestModel, byte[]> write, bool keeps)
    {
        var first = 1 + (shape.Seed % (shape.Trees - 1));
        using var parentFile = new TemporaryModel(write(RandomForests.Make(shape with { Trees = first }, withSets: false)));
        using var file = new TemporaryModel(write(RandomForests.Make(shape, withSets: false)));
        using var parent = Open(parentFile, shape);
        using var model = Open(file, shape);
        if (parent.SumCount == 0 || model.SumCount == 0)
            return;
        using var features = new FeatureMatrix(shape.Features, rows) { Rows = rows };
        var columns = RandomForests.Rows(shape, rows);
        for (var i = 0; i < columns.Length; i++)
            columns[i].CopyTo(features.Column(i));

        var expected = Score(model, features, keeps);
        var block = Score(parent, features, keeps);
        using var continuation = model.ContinueAfter(first);
        continuation.Continue(features, block);
        for (var column = 0; column < expected.OutputCount + expected.KeptSums; column++)
            Assert.Equal(Bits(expected.Column(column)), Bits(block.Column(column)));
        if (model.GivesConfidence)
            Assert.Equal(Bits(expected.Confidence), Bits(block.Confidence));
    }

    private static UnitPredictions Score(LoadedModel model, FeatureMatrix features, bool keeps)
    {
        using var executor = model.CreateExecutor();
        var block = new UnitPredictions(model.Outputs.Count, features.Rows, keeps ? model.SumCount : 0);
        executor.Score(features, block);
        return block;
    }

    private static LoadedModel Open(TemporaryModel file, ForestShape shape) => ExecutorFactory.Open(file.Path, Names(shape));

    private static string[] Names(ForestShape shape) => [.. Enumerable.Range(0, shape.Features).Select(i => $"f{i}")];

    private static int[] Bits(ReadOnlySpan<float> values) => System.Runtime.InteropServices.MemoryMarshal.Cast<float, int>(values).ToArray();
}
