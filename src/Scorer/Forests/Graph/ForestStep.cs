using BatchEngine.Scorer.Forests.Model;

namespace BatchEngine.Scorer.Forests.Graph;

/// <summary>Where the forest of a graph stands among its columns.</summary>
/// <param name="Model">The forest.</param>
/// <param name="Inputs">The column of each of its features.</param>
/// <param name="Scores">The columns of its scores, one after the other.</param>
/// <param name="Label">The column of class indexes; -1 for a regressor.</param>
internal sealed record ForestStep(ForestModel Model, int[] Inputs, int[] Scores, int Label);
