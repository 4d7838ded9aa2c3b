using System.Globalization;
using System.Text;

namespace BatchEngine.Domain;

/// <summary>The digest by which a model is known: it covers the graph and every file that the graph names. Pure.</summary>
public static class ModelIdentity
{
    /// <summary>The graph's own digest for a model in one file, else one over the graph's and those of all weight files with their names.</summary>
    /// <param name="graph">SHA-256 of the model's file.</param>
    /// <param name="weights">The files that it names, in any order.</param>
    public static Digest Of(Digest graph, IReadOnlyCollection<WeightFile> weights)
    {
        if (weights.Count == 0)
            return graph;
        var text = new StringBuilder("model ").Append(graph.Hex).Append('\n');
        foreach (var file in weights.OrderBy(f => f.Location, StringComparer.Ordinal))
            text.Append(CultureInfo.InvariantCulture, $"{file.Location.Length} {file.Location} {file.Digest.Hex}\n");
        return Digest.Of(text.ToString());
    }
}
