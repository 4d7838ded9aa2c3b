namespace BatchEngine.Scorer.Forests.Model;

/// <summary>Some thresholds of every column that a forest reads, for making rows up.</summary>
internal static class ForestThresholds
{
    /// <summary>The most of one column.</summary>
    public const int MaxOfColumn = 4_096;

    /// <summary>The first finite thresholds of each column, in the order of the nodes.</summary>
    /// <param name="model">The forest.</param>
    /// <param name="columns">The number of columns that are asked about.</param>
    /// <param name="columnOf">The column of a feature of the forest; what lies beyond the columns is left out.</param>
    public static float[][] Of(ForestModel model, int columns, Func<int, int> columnOf)
    {
        var found = new List<float>?[columns];
        foreach (ref readonly var node in model.Nodes.AsSpan())
        {
            if (node.IsLeaf || !float.IsFinite(node.Threshold) || columnOf(node.Feature) is var column && column >= columns)
                continue;
            var of = found[column] ??= [];
            if (of.Count < MaxOfColumn)
                of.Add(node.Threshold);
        }
        return Array.ConvertAll(found, f => f is null ? [] : f.ToArray());
    }
}
