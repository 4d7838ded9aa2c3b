using BatchEngine.Scorer.Features;
using BatchEngine.Scorer.Forests;

namespace BatchEngine.Scorer.Execution.Opening;

/// <summary>Rows that nobody has, to see what a model does. Pure; always the same rows for the same model.</summary>
internal static class MadeUpRows
{
    /// <summary>How many there are of a model that is no forest.</summary>
    public const int Rows = 512;

    private const int Integers = 4;

    /// <summary>Rows for the model: on the thresholds of a forest, else numbers of several magnitudes; null where it reads text, which cannot be made
    /// up.</summary>
    public static FeatureMatrix? Of(LoadedModel model)
    {
        if (model is LoadedForest forest && model.WantedStorage is null)
            return ForestProbe.Features(forest.Graph, acceptsMissing: false);
        var storage = model.WantedStorage ?? [.. model.FeatureNames.Select(_ => FeatureStorage.Float32)];
        if (storage.Contains(FeatureStorage.Text))
            return null;
        var random = new Random(7);
        var rows = new FeatureMatrix(storage, Rows) { Rows = Rows };
        for (var feature = 0; feature < storage.Count; feature++)
        {
            for (var row = 0; row < Rows; row++)
            {
                // Each row has a magnitude of its own, from 0.1 to 100.
                var value = ((random.NextDouble() * 2) - 1) * Math.Pow(10, (row % 4) - 1);
                switch (storage[feature])
                {
                    case FeatureStorage.Float32: rows.Column(feature)[row] = (float)value; break;
                    case FeatureStorage.Float64: rows.DoubleColumn(feature)[row] = value; break;
                    default: rows.IntegerColumn(feature)[row] = random.Next(Integers); break;
                }
            }
            if (storage[feature] == FeatureStorage.Int64)
                rows.SetPresent(feature, Enumerable.Repeat((byte)1, Rows).ToArray(), hasMissing: false);
        }
        return rows;
    }
}
