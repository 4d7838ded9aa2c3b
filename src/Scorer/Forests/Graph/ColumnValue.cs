using BatchEngine.Scorer.Graphs;


namespace BatchEngine.Scorer.Forests.Graph;

/// <summary>A value of the graph as columns.</summary>
/// <param name="Columns">The column of each of its values in a row.</param>
/// <param name="Labels">For class labels: the column holds class indexes; null means plain floats.</param>
internal sealed record ColumnValue(int[] Columns, ClassLabels? Labels = null);
