using BatchEngine.Domain;
using BatchEngine.Scorer.Graphs;

namespace BatchEngine.Scorer.Forests.Model;

/// <summary>Tells whether a model file only appends trees to another one. Thread-safe; reads both files.</summary>
public static class ForestGrowth
{
    /// <summary>Compares two models by the digests of their common trees and of everything that is no tree.</summary>
    /// <param name="parentPath">The earlier model.</param>
    /// <param name="modelPath">The later one.</param>
    /// <exception cref="BadInputException">A file is no ONNX model, or damaged.</exception>
    public static ModelGrowth Between(string parentPath, string modelPath)
    {
        var (parent, model) = (OnnxGraph.ReadFile(parentPath), OnnxGraph.ReadFile(modelPath));
        if (WhyNotOneForest(parent) is { } why)
            return new ModelGrowth.Another($"the earlier one has {why}");
        if (WhyNotOneForest(model) is { } whyNot)
            return new ModelGrowth.Another($"it has {whyNot}");
        if (GraphFrame.DigestOf(parent, ForestReader.IsForest) != GraphFrame.DigestOf(model, ForestReader.IsForest))
            return new ModelGrowth.Another("it differs in more than its trees");
        try
        {
            return Compare(ForestOf(parent, parentPath), ForestOf(model, modelPath));
        }
        catch (NotUnderstoodException reason)
        {
            return new ModelGrowth.Another(reason.Message);
        }
    }

    private static ModelGrowth Compare(ForestModel parent, ForestModel model)
    {
        if (model.TreeCount <= parent.TreeCount)
            return new ModelGrowth.Another(FormattableString.Invariant($"it has {model.TreeCount:N0} trees, the earlier one {parent.TreeCount:N0}"));
        var common = ForestDigest.OfFirst(parent, parent.TreeCount);
        if (common != ForestDigest.OfFirst(model, parent.TreeCount))
            return new ModelGrowth.Another(FormattableString.Invariant($"its first {parent.TreeCount:N0} trees are not the earlier one's"));
        // Classes that only some leaves name are counted beside the sums; which ones these are, all trees decide.
        return model.Classes is null || ForestPresence.Of(parent).SequenceEqual(ForestPresence.Of(model))
            ? new ModelGrowth.Grown(parent.TreeCount, model.TreeCount, common)
            : new ModelGrowth.Another("its appended trees name other classes");
    }

    private static string? WhyNotOneForest(OnnxGraph graph)
    {
        var forests = graph.Nodes.Count(ForestReader.IsForest);
        return forests != 1 ? FormattableString.Invariant($"{forests} tree ensembles")
            : graph.HasFunctions || graph.Nodes.Any(n => n.Attributes.Values.Any(a => a.HasSubgraph)) ? "operators of its own"
            : graph.Initializers.Values.Any(t => t.IsExternal) || graph.Nodes.Any(n => n.Attributes.Values.Any(a => a.Tensor is { IsExternal: true }))
                ? "constants in another file"
            : null;
    }

    private static ForestModel ForestOf(OnnxGraph graph, string path) => ForestReader.Read(graph.Nodes.Single(ForestReader.IsForest), path);
}
