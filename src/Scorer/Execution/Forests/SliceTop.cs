namespace BatchEngine.Scorer.Execution.Forests;

/// <summary>The upper part of a tree that is decided in bits: all of it when it has few leaves, else the part with so many exits whose rest is lowest. Immutable.</summary>
/// <param name="Root">The tree's first node.</param>
/// <param name="Inner">Branches inside the top.</param>
/// <param name="Exits">Where it ends, in the order of their numbers.</param>
internal sealed record SliceTop(int Root, IReadOnlySet<int> Inner, IReadOnlyList<int> Exits)
{
    /// <summary>Chooses the top of a tree: the highest exit is opened first, until there are too many.</summary>
    public static SliceTop Of(ForestModel model, WalkForest walk, int root, int maxExits)
    {
        var inner = new HashSet<int>();
        var open = new HashSet<int> { root };
        var highest = new PriorityQueue<int, (int, int)>();
        highest.Enqueue(root, (-walk.HeightOf(root), root));
        while (highest.TryDequeue(out var at, out _))
        {
            var node = model.Nodes[at];
            if (node.IsLeaf)
                continue;
            int[] children = [.. new[] { node.False, node.True }.Distinct().Where(c => !open.Contains(c) && !inner.Contains(c))];
            if (open.Count - 1 + children.Length > maxExits)
                break;
            open.Remove(at);
            inner.Add(at);
            foreach (var child in children)
            {
                open.Add(child);
                highest.Enqueue(child, (-walk.HeightOf(child), child));
            }
        }
        return new SliceTop(root, inner, Ordered(model, root, inner));
    }

    /// <summary>The numbers of all leaves that a tree can end in.</summary>
    public static IEnumerable<int> LeavesOf(ForestModel model, int root)
    {
        var met = new HashSet<int> { root };
        var path = new Stack<int>([root]);
        while (path.TryPop(out var at))
        {
            var node = model.Nodes[at];
            if (node.IsLeaf)
            {
                yield return node.True;
                continue;
            }
            if (met.Add(node.True))
                path.Push(node.True);
            if (met.Add(node.False))
                path.Push(node.False);
        }
    }

    /// <summary>Whether a node inside can be reached in two ways.</summary>
    public bool IsShared(ForestModel model) => 2 * Inner.Count != Inner.Count + Exits.Count - 1 || Inner.Any(n => model.Nodes[n].True == model.Nodes[n].False);

    // From left to right, so that neighbours differ in few bits.
    private static List<int> Ordered(ForestModel model, int root, HashSet<int> inner)
    {
        var exits = new List<int>();
        var met = new HashSet<int>();
        var path = new Stack<int>([root]);
        while (path.TryPop(out var at))
        {
            if (!met.Add(at))
                continue;
            if (!inner.Contains(at))
            {
                exits.Add(at);
                continue;
            }
            path.Push(model.Nodes[at].True);
            path.Push(model.Nodes[at].False);
        }
        return exits;
    }
}
