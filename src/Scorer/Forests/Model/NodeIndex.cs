namespace BatchEngine.Scorer.Forests.Model;

/// <summary>Finds the nodes of a forest by tree and id. Exporters number the nodes of each tree from the first one on; then the place follows from the id,
/// else a dictionary tells. Not thread-safe.</summary>
internal sealed class NodeIndex
{
    private readonly Dictionary<long, (int From, int Count, long FirstId)>? _trees;
    private readonly Dictionary<NodePlace, int>? _places;
    private (long Tree, int From, int Count, long FirstId) _last;

    /// <summary>Indexes all nodes.</summary>
    /// <param name="trees">The tree of each node.</param>
    /// <param name="ids">Its id in the tree.</param>
    /// <param name="builder">Told of ids that stand twice, and of trees that do not stand together.</param>
    /// <exception cref="Domain.BadInputException">An id stands twice.</exception>
    public NodeIndex(ReadOnlySpan<long> trees, ReadOnlySpan<long> ids, ForestBuilder builder)
    {
        _trees = InOrder(trees, ids);
        if (_trees is not null)
            return;
        _places = new Dictionary<NodePlace, int>(trees.Length);
        var seen = new HashSet<long>();
        for (var i = 0; i < trees.Length; i++)
        {
            var at = new NodePlace(trees[i], ids[i]);
            if (!_places.TryAdd(at, i))
                throw builder.Wrong(at, "the same id a second time", "each node once");
            if ((i == 0 || trees[i - 1] != at.Tree) && !seen.Add(at.Tree))
                builder.Refuse($"the nodes of tree {at.Tree} do not stand together");
        }
    }

    /// <summary>The place of a node in the file's lists; -1 when it is missing.</summary>
    public int Find(NodePlace at)
    {
        if (_places is not null)
            return _places.TryGetValue(at, out var place) ? place : -1;
        if (at.Tree != _last.Tree || _last.Count == 0)
        {
            if (!_trees!.TryGetValue(at.Tree, out var tree))
                return -1;
            _last = (at.Tree, tree.From, tree.Count, tree.FirstId);
        }
        return at.Node >= _last.FirstId && at.Node < _last.FirstId + _last.Count ? _last.From + (int)(at.Node - _last.FirstId) : -1;
    }

    // Null when a tree stands in two pieces, or the ids of one do not rise by one.
    private static Dictionary<long, (int From, int Count, long FirstId)>? InOrder(ReadOnlySpan<long> trees, ReadOnlySpan<long> ids)
    {
        var found = new Dictionary<long, (int From, int Count, long FirstId)>();
        for (var from = 0; from < trees.Length;)
        {
            var to = from + 1;
            for (; to < trees.Length && trees[to] == trees[from]; to++)
            {
                if (ids[to - 1] == long.MaxValue || ids[to] != ids[to - 1] + 1)
                    return null;
            }
            if (ids[to - 1] == long.MaxValue || !found.TryAdd(trees[from], (from, to - from, ids[from])))
                return null;
            from = to;
        }
        return found;
    }
}
