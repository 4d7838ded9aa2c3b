using BatchEngine.Domain;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Execution.Opening;
using BatchEngine.Scorer.Features;
using BatchEngine.Scorer.Outputs;
using BatchEngine.Scorer.Tests.Features;
using BatchEngine.Scorer.Tests.Forests;
using BatchEngine.Scorer.Tests.Graphs;

namespace BatchEngine.Scorer.Tests.Outputs;

/// <summary>Values that a model's input cannot hold are rejected, not clamped, rounded or made up.</summary>
public sealed class RowCheckTests
{
    private const int Float = 1, UInt8 = 2, Int32 = 6, Int64 = 7, Text = 8, Bool = 9, Half = 10, Double = 11;

    public static TheoryData<int, ColumnKind, object?, RejectReason?> Values => new()
    {
        { Bool, ColumnKind.Bool, true, null },
        { Bool, ColumnKind.Bool, null, RejectReason.FeatureMissing },
        { Bool, ColumnKind.Integer, 1L, null },
        { Bool, ColumnKind.Integer, 2L, RejectReason.FeatureUnrepresentable },
        { Bool, ColumnKind.Double, 0.5, RejectReason.FeatureUnrepresentable },
        { Text, ColumnKind.Text, "", null },
        { Text, ColumnKind.Text, null, RejectReason.FeatureMissing },
        { UInt8, ColumnKind.Integer, 255L, null },
        { UInt8, ColumnKind.Integer, -1L, RejectReason.FeatureUnrepresentable },
        { UInt8, ColumnKind.Integer, 256L, RejectReason.FeatureUnrepresentable },
        { Int32, ColumnKind.Integer, (long)int.MinValue, null },
        { Int32, ColumnKind.Integer, int.MaxValue + 1L, RejectReason.FeatureUnrepresentable },
        { Int64, ColumnKind.Integer, long.MaxValue, null },
        { Int64, ColumnKind.Integer, null, RejectReason.FeatureMissing },
        { Float, ColumnKind.Integer, 1L << 24, null },
        { Float, ColumnKind.Integer, (1L << 24) + 2, null },
        { Float, ColumnKind.Integer, (1L << 24) + 1, RejectReason.FeatureUnrepresentable },
        { Float, ColumnKind.Integer, -(1L << 24) - 1, RejectReason.FeatureUnrepresentable },
        { Float, ColumnKind.Integer, long.MaxValue, RejectReason.FeatureUnrepresentable },
        { Float, ColumnKind.Double, 16_777_217.0, null },
        { Double, ColumnKind.Integer, (1L << 24) + 1, null },
        { Double, ColumnKind.Integer, (1L << 53) + 1, RejectReason.FeatureUnrepresentable },
        { Half, ColumnKind.Double, 65_504.0, null },
        { Half, ColumnKind.Double, 70_000.0, RejectReason.FeatureUnrepresentable },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public void Value_ThatTheInputCannotHold_IsRejected(int element, ColumnKind kind, object? value, RejectReason? expected)
    {
        using var file = new TemporaryModel(Model(element));
        using var model = ExecutorFactory.Open(file.Path, ["x"], ExecutorOptions.Default with { Engine = "onnx" });
        Assert.Equal(expected, ReasonOf(model, FeatureSpec.AsIs(["x"]), new InputColumn("x", kind, true, ""), value));
    }

    [Fact]
    public void WholeNumberBeyondFloats_GivenToAStepThatComputes_IsRoundedAsMeant()
    {
        using var file = new TemporaryModel(Model(Float));
        using var model = ExecutorFactory.Open(file.Path, ["x"], ExecutorOptions.Default with { Engine = "onnx" });
        var spec = new FeatureSpec([new FeatureColumn("x", "x", [new FeatureTransform.Clip(0, 1e12)])]);
        Assert.Null(ReasonOf(model, spec, new InputColumn("x", ColumnKind.Integer, true, ""), (1L << 24) + 1));
    }

    private static RejectReason? ReasonOf(LoadedModel model, FeatureSpec spec, InputColumn column, object? value)
    {
        var compiled = CompiledFeatures.Compile(spec, [column], model.WantedStorage);
        using var unit = SingleRowBatch.Of(new Dictionary<string, object?> { ["x"] = value }, compiled.Sources);
        using var matrix = compiled.CreateMatrix(1);
        compiled.Transform(unit, matrix);
        var check = new RowCheck(-1, compiled, model.Outputs, model.Accepted);
        check.Look(unit, matrix, new UnitPredictions(model.Outputs.Count, 1) { Rows = 1 });
        return check.Rejects is [var reject] ? reject.Reason : null;
    }

    // The model's own answer does not matter here.
    private static byte[] Model(int element) => new OnnxModelWriter().Input("x", element, -1, 1).Node("Shape", "", ["x"], ["s"])
        .Node("ConstantOfShape", "", ["s"], ["y"]).Output("y", Float, -1, 1).ToArray();
}
