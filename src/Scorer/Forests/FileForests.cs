using BatchEngine.Domain;
using BatchEngine.Scorer.Forests.Graph;
using BatchEngine.Scorer.Forests.Model;
using BatchEngine.Scorer.Graphs;

namespace BatchEngine.Scorer.Forests;

/// <summary>The forests of a model file and the layout of a single one, each made once however often the file is opened. Another thread makes the layout.
/// Thread-safe; disposing it waits for that thread.</summary>
internal sealed class FileForests : IDisposable
{
    private readonly Dictionary<OnnxNode, ReadForest> _forests = new(ReferenceEqualityComparer.Instance);
    private readonly Lock _gate = new();
    private Task<ForestLayout>? _layout;

    /// <summary>Reads all forests of a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="place">The model, for errors.</param>
    /// <exception cref="BadInputException">A forest is broken; tree and node are named.</exception>
    public FileForests(OnnxGraph graph, string place)
    {
        foreach (var node in graph.Nodes.Where(ForestReader.IsForest))
            _forests.Add(node, new ReadForest(node, place));
    }

    /// <summary>How many there are.</summary>
    public int Count => _forests.Count;

    /// <summary>The forest of a node.</summary>
    public ReadForest Of(OnnxNode node) => _forests[node];

    /// <summary>Begins the layout where there is one forest and it will be scored here.</summary>
    public void BeginLayout()
    {
        if (_forests.Count != 1 || _forests.Values.Single() is not { IsUnderstood: true } forest || ForestScores.Refusal(forest.Model) is not null)
            return;
        lock (_gate)
            _layout ??= Task.Run(() => ForestLayout.Of(forest.Counted));
    }

    /// <summary>The layout of a forest of this file; waits for it.</summary>
    public ForestLayout LayoutOf(ForestModel model)
    {
        Task<ForestLayout>? begun;
        lock (_gate)
            begun = _layout;
        return begun?.GetAwaiter().GetResult() is { } layout && ReferenceEquals(layout.Model, model) ? layout : ForestLayout.Of(model);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Whoever wanted the layout has been told what went wrong.
        if (_layout is not null)
            Task.WhenAny(_layout).GetAwaiter().GetResult();
    }
}
