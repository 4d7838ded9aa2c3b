using BatchEngine.Domain;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Features;

namespace BatchEngine.Scorer.Tests.Execution;

/// <summary>The small models beside make_fixtures.py, and a way to score rows with them.</summary>
internal static class Fixture
{
    public static string Path(string name) => System.IO.Path.Combine(AppContext.BaseDirectory, "Fixtures", name + ".onnx");

    /// <summary>A file under shared/data beside the repository; skips the test where there is none.</summary>
    public static string Shared(string relative)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = System.IO.Path.Combine(folder.FullName, "shared", "data", relative);
            if (File.Exists(path))
                return path;
        }
        Assert.Skip($"NeedsSharedData: shared/data/{relative} is not beside the repository.");
        return "";
    }

    public static FeatureMatrix Matrix(params float[][] rows)
    {
        var matrix = new FeatureMatrix(rows[0].Length, rows.Length) { Rows = rows.Length };
        for (var row = 0; row < rows.Length; row++)
        {
            for (var feature = 0; feature < rows[row].Length; feature++)
                matrix.Column(feature)[row] = rows[row][feature];
        }
        return matrix;
    }

    /// <summary>Scores rows of floats; one array per output column.</summary>
    public static (float[][] Outputs, float[] Confidence) Score(LoadedModel model, params float[][] rows)
    {
        using var executor = model.CreateExecutor();
        using var matrix = Matrix(rows);
        var block = new UnitPredictions(executor.Model.Outputs.Count, 0);
        executor.Score(matrix, block);
        var outputs = executor.Model.Outputs;
        return ([.. Enumerable.Range(0, block.OutputCount).Where(i => outputs[i].IsNamed).Select(i => Values(block, outputs[i], i))],
            block.Confidence.ToArray());
    }

    private static float[] Values(UnitPredictions block, OutputColumn column, int at) => column.Kind == OutputKind.WideInteger
        ? Array.ConvertAll(block.Integers(at), v => (float)v) : block.Column(at).ToArray();
}
