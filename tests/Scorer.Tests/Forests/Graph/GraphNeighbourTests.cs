using BatchEngine.Scorer.Execution.Opening;
using BatchEngine.Scorer.Tests.Graphs;

namespace BatchEngine.Scorer.Tests.Forests.Graph;

/// <summary>Each usual neighbour of a forest in a small model: opened as a forest, and scored as ONNX Runtime does.</summary>
public sealed class GraphNeighbourTests
{
    private const int Features = 4;
    private const string Learner = OnnxNodes.Learner;

    private static readonly ForestShape s_regressor = new(11, 12, 4, 0.15, Features, 30, false, true, 1, true);
    private static readonly ForestShape s_classifier = new(12, 12, 4, 0.15, Features, 30, false, true, 3, false);

    private static float[] F(params float[] values) => values;

    public static TheoryData<string> Names => [.. Models().Select(m => m.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Neighbour_BesideAForest_IsRunAsTheRuntimeDoes(string name) =>
        ForestComparison.Compare(Models().Single(m => m.Name == name).Model.ToArray(), s_regressor with { Grid = 40 }, mayDecline: false);

    [Theory]
    [InlineData("Sigmoid")]
    [InlineData("Softmax")]
    public void Neighbour_WhoseLastBitsTheRuntimeRoundsItsOwnWay_IsLeftToItBeforeAForest(string op)
    {
        var model = Start().Node(op, "", ["x"], ["z"]).Forest("z", "y").Output("y", OnnxModelWriter.Float, -1, 1);
        using var file = new TemporaryModel(model.ToArray());
        using var loaded = ExecutorFactory.Open(file.Path, ["a", "b", "c", "d"]);

        Assert.Equal("onnx-cpu", loaded.Name);
        Assert.Contains(loaded.Notes, n => n.Contains($"a {op} before the forest", StringComparison.Ordinal));
    }

    private static OnnxModelWriter Start() => new OnnxModelWriter().Input("x", OnnxModelWriter.Float, -1, Features);

    private static IEnumerable<(string Name, OnnxModelWriter Model)> Models()
    {
        yield return ("Identity before", Before("Identity", "", []));
        yield return ("Cast before", Before("Cast", "", [], OnnxModelWriter.OneInt("to", 1)));
        yield return ("Scaler by column",
            Before("Scaler", Learner, [], OnnxModelWriter.Floats("offset", F(0.5f, -1, 2, 0)), OnnxModelWriter.Floats("scale", F(2, 0.3f, 1, -1))));
        yield return ("Scaler of one", Before("Scaler", Learner, [], OnnxModelWriter.Floats("offset", F(0.5f)), OnnxModelWriter.Floats("scale", F(0.7f))));
        yield return ("Imputer of missing values",
            Before("Imputer", Learner, [], OnnxModelWriter.Floats("imputed_value_floats", F(1, -2, 3, 0.5f)),
            OnnxModelWriter.OneFloat("replaced_value_float", float.NaN)));
        yield return ("Imputer of a value",
            Before("Imputer", Learner, [], OnnxModelWriter.Floats("imputed_value_floats", F(1.5f)), OnnxModelWriter.OneFloat("replaced_value_float", 2)));
        foreach (var norm in new[] { "MAX", "L1", "L2" })
            yield return ($"Normalizer {norm}", Before("Normalizer", Learner, [], OnnxModelWriter.OneText("norm", norm)));
        yield return ("Reshape before", Start().Constant("shape", (long[])[-1, Features], 2).Node("Reshape", "", ["x", "shape"], ["z"]).Forest("z", "y")
            .Output("y", OnnxModelWriter.Float, -1, 1));
        yield return ("Flatten before", Before("Flatten", "", [], OnnxModelWriter.OneInt("axis", 1)));
        foreach (var op in new[] { "Add", "Sub", "Mul", "Div" })
            yield return ($"{op} of a constant before", Start().Constant("c", F(1.5f, 0.5f, -2, 4), Features).Node(op, "", ["x", "c"], ["z"]).Forest("z", "y")
                .Output("y", OnnxModelWriter.Float, -1, 1));
        yield return ("constant minus columns before", Start().Constant("c", F(3), 1).Node("Sub", "", ["c", "x"], ["z"]).Forest("z", "y")
            .Output("y", OnnxModelWriter.Float, -1, 1));
        yield return ("ArrayFeatureExtractor before", Start().Constant("i", (long[])[3, 1, 0, 2], 4).Node("ArrayFeatureExtractor", Learner, ["x", "i"], ["z"])
            .Forest("z", "y").Output("y", OnnxModelWriter.Float, -1, 1));
        yield return ("Concat of inputs", Columns().Node("Concat", "", ["a", "b", "c", "d"], ["z"], OnnxModelWriter.OneInt("axis", 1)).Forest("z", "y")
            .Output("y", OnnxModelWriter.Float, -1, 1));
        yield return ("Concat of parts", Columns().Node("Concat", "", ["a", "b"], ["p"], OnnxModelWriter.OneInt("axis", -1))
            .Node("Scaler", Learner, ["p"], ["s"], OnnxModelWriter.Floats("offset", F(0.5f)), OnnxModelWriter.Floats("scale", F(2)))
            .Node("Concat", "", ["s", "c", "d"], ["z"], OnnxModelWriter.OneInt("axis", 1)).Forest("z", "y").Output("y", OnnxModelWriter.Float, -1, 1));
        yield return ("Sigmoid after", After(n => n.Node("Sigmoid", "", ["t"], ["y"])));
        yield return ("Mul and Add after",
            After(n => n.Constant("m", F(0.25f), 1).Constant("o", F(-3), 1).Node("Mul", "", ["t", "m"], ["u"]).Node("Add", "", ["u", "o"], ["y"])));
        yield return ("Reshape after", Start().Forest("x", "t").Constant("shape", (long[])[-1], 1).Node("Reshape", "", ["t", "shape"], ["y"])
            .Output("y", OnnxModelWriter.Float, -1));
        yield return ("ZipMap after", Classifier().Node("ZipMap", Learner, ["p"], ["y"], OnnxModelWriter.Ints("classlabels_int64s", [10, 11, 12]))
            .MapsOutput("y"));
        yield return ("Softmax after", Classifier().Node("Softmax", "", ["p"], ["y"], OnnxModelWriter.OneInt("axis", 1))
            .Output("y", OnnxModelWriter.Float, -1, 3));
        yield return ("ArrayFeatureExtractor after", Classifier().Constant("i", (long[])[2], 1).Node("ArrayFeatureExtractor", Learner, ["p", "i"], ["y"])
            .Output("y", OnnxModelWriter.Float, -1, 1));
        yield return ("Cast of the label", Classifier().Node("Cast", "", ["l"], ["k"], OnnxModelWriter.OneInt("to", 7)).Output("k", OnnxModelWriter.Int64, -1)
            .Output("p", OnnxModelWriter.Float, -1, 3));
    }

    private static OnnxModelWriter Columns() =>
        "abcd".Aggregate(new OnnxModelWriter(), (writer, name) => writer.Input(name.ToString(), OnnxModelWriter.Float, -1, 1));

    private static OnnxModelWriter Before(string op, string domain, string[] more, params OnnxBytes[] attributes) =>
        Start().Node(op, domain, ["x", .. more], ["z"], attributes).Forest("z", "y").Output("y", OnnxModelWriter.Float, -1, 1);

    private static OnnxModelWriter After(Func<OnnxModelWriter, OnnxModelWriter> next) =>
        next(Start().Forest("x", "t")).Output("y", OnnxModelWriter.Float, -1, 1);

    private static OnnxModelWriter Classifier()
    {
        var model = RandomForests.Make(s_classifier, withSets: false);
        return Start().Node("TreeEnsembleClassifier", Learner, ["x"], ["l", "p"],
            [.. ForestOnnx.Nodes(model), .. ForestOnnx.Weights(model, "class"), OnnxModelWriter.Ints("classlabels_int64s", [10, 11, 12]),
                OnnxModelWriter.OneText("post_transform", "SOFTMAX")]);
    }
}

internal static class OnnxNodes
{
    public const string Learner = "ai.onnx.ml";

    /// <summary>A small regressor between two values.</summary>
    public static OnnxModelWriter Forest(this OnnxModelWriter writer, string from, string to)
    {
        var model = RandomForests.Make(new ForestShape(11, 12, 4, 0.15, 4, 30, false, true, 1, true), withSets: false);
        return writer.Node("TreeEnsembleRegressor", Learner, [from], [to],
            [.. ForestOnnx.Nodes(model), .. ForestOnnx.Weights(model, "target"), OnnxModelWriter.OneInt("n_targets", 1)]);
    }
}
