using BatchEngine.Scorer.Execution.Opening;



namespace BatchEngine.Benchmarks.Forests;

/// <summary>Made-up rows of normal values, as the models were trained on, by column. Immutable.</summary>
internal sealed class ForestRows
{
    public ForestRows(int features, int rows)
    {
        (Features, Count) = (features, rows);
        var random = new Random(7);
        Columns = [.. Enumerable.Range(0, features).Select(_ => Column(random, rows))];
    }

    /// <summary>Columns.</summary>
    public int Features { get; }

    /// <summary>Rows.</summary>
    public int Count { get; }

    /// <summary>The values, pinned.</summary>
    public float[][] Columns { get; }

    /// <summary>The first rows, row by row.</summary>
    public float[] Matrix(int rows)
    {
        var matrix = new float[rows * Features];
        for (var row = 0; row < rows; row++)
        {
            for (var feature = 0; feature < Features; feature++)
                matrix[(row * Features) + feature] = Columns[feature][row];
        }
        return matrix;
    }

    /// <summary>The width of a model's only input.</summary>
    public static int FeaturesOf(string path) => (int)ExecutorFactory.Inspect(path).Inputs.Single().Shape[1];

    private static float[] Column(Random random, int rows)
    {
        var column = GC.AllocateUninitializedArray<float>(rows, pinned: true);
        for (var i = 0; i < rows; i++)
            column[i] = (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        return column;
    }
}
