using BatchEngine.Scorer.Graphs;


namespace BatchEngine.Scorer.Forests.Model;

/// <summary>A validated tree ensemble in flat arrays: every child exists, nothing is a cycle, no threshold is NaN. Children may be shared.</summary>
internal sealed record ForestModel
{
    /// <summary>All nodes of all trees.</summary>
    public required ForestNode[] Nodes { get; init; }

    /// <summary>Where each node stands in the file.</summary>
    public required NodePlace[] Places { get; init; }

    /// <summary>The first node of each tree, in the order in which trees are added up.</summary>
    public required int[] Roots { get; init; }

    /// <summary>Where each leaf's weights begin in <see cref="LeafTargets"/>; one more entry than leaves.</summary>
    public required int[] LeafFrom { get; init; }

    /// <summary>The target or class that a weight belongs to.</summary>
    public required int[] LeafTargets { get; init; }

    /// <summary>The weights.</summary>
    public required float[] LeafWeights { get; init; }

    /// <summary>The value sets of <see cref="BranchMode.Member"/> nodes.</summary>
    public required float[][] Sets { get; init; }

    /// <summary>Targets that are summed: those of a regressor, or the classes of a classifier and the counts of <see cref="ClassCounts"/>.</summary>
    public required int TargetCount { get; init; }

    /// <summary>By class the target that counts the leaves that name it, -1 for none; empty when no class needs one. See
    /// <see cref="ForestPresence"/>.</summary>
    public int[] ClassCounts { get; init; } = [];

    /// <summary>How leaf values become a score.</summary>
    public required ForestAggregate Aggregate { get; init; }

    /// <summary>What is done to the scores.</summary>
    public required PostTransform Transform { get; init; }

    /// <summary>Added to the scores: none, one, or one a target.</summary>
    public required float[] BaseValues { get; init; }

    /// <summary>The labels of a classifier; null means a regressor.</summary>
    public required ClassLabels? Classes { get; init; }

    /// <summary>Scores that leave the forest: targets without counts.</summary>
    public int OutputCount => ClassCounts.Length > 0 ? ClassCounts.Length : TargetCount;

    /// <summary>The number of trees.</summary>
    public int TreeCount => Roots.Length;

    /// <summary>The highest feature asked for, plus 1.</summary>
    public int FeatureCount
    {
        get
        {
            var count = 0;
            foreach (ref readonly var node in Nodes.AsSpan())
                count = node.IsLeaf ? count : Math.Max(count, node.Feature + 1);
            return count;
        }
    }

    /// <summary>The same forest over features in other places.</summary>
    public ForestModel WithFeatures(IReadOnlyList<int> places) =>
        this with { Nodes = Array.ConvertAll(Nodes, n => n.IsLeaf ? n : n with { Feature = places[n.Feature] }) };

    /// <summary>One forest of several over the same features: their trees and targets one after the other. What is done to the sums is theirs to do.</summary>
    public static ForestModel Join(IReadOnlyList<ForestModel> models)
    {
        var (nodes, from, targets, sets) = (new List<ForestNode>(), new List<int> { 0 }, new List<int>(), 0);
        var (roots, targetCount) = (new List<int>(), 0);
        foreach (var model in models)
        {
            var (firstNode, firstLeaf, firstWeight, firstSet) = (nodes.Count, from.Count - 1, targets.Count, sets);
            nodes.AddRange(model.Nodes.Select(n => n.IsLeaf
                ? n with { True = n.True + firstLeaf }
                : n with { True = n.True + firstNode, False = n.False + firstNode, Set = n.Set < 0 ? n.Set : n.Set + firstSet }));
            roots.AddRange(model.Roots.Select(r => r + firstNode));
            from.AddRange(model.LeafFrom.Skip(1).Select(f => f + firstWeight));
            targets.AddRange(model.LeafTargets.Select(t => t + targetCount));
            sets += model.Sets.Length;
            targetCount += model.TargetCount;
        }
        return models[0] with
        {
            Nodes = [.. nodes],
            Places = [.. models.SelectMany(m => m.Places)],
            Roots = [.. roots],
            LeafFrom = [.. from],
            LeafTargets = [.. targets],
            LeafWeights = [.. models.SelectMany(m => m.LeafWeights)],
            Sets = [.. models.SelectMany(m => m.Sets)],
            TargetCount = targetCount,
            Aggregate = ForestAggregate.Sum,
            BaseValues = [],
            Classes = null,
            ClassCounts = [],
        };
    }

    /// <summary>The trees after the first ones, with nothing of those: what is done to the sums stays the same.</summary>
    /// <param name="trees">How many are left out, fewer than there are.</param>
    public ForestModel After(int trees)
    {
        var places = new int[Nodes.Length];
        var kept = new List<int>();
        foreach (var root in Roots.AsSpan(trees))
            Reach(root, places, kept);
        var (nodes, from, weights) = (new ForestNode[kept.Count], new List<int> { 0 }, new List<int>());
        for (var i = 0; i < kept.Count; i++)
        {
            var node = Nodes[kept[i]];
            if (node.IsLeaf)
            {
                nodes[i] = ForestNode.Leaf(from.Count - 1);
                weights.AddRange(Enumerable.Range(LeafFrom[node.True], LeafFrom[node.True + 1] - LeafFrom[node.True]));
                from.Add(weights.Count);
                continue;
            }
            nodes[i] = node with { True = places[node.True] - 1, False = places[node.False] - 1 };
        }
        return this with
        {
            Nodes = nodes,
            Places = [.. kept.Select(n => Places[n])],
            Roots = [.. Roots.Skip(trees).Select(r => places[r] - 1)],
            LeafFrom = [.. from],
            LeafTargets = [.. weights.Select(w => LeafTargets[w])],
            LeafWeights = [.. weights.Select(w => LeafWeights[w])],
        };
    }

    /// <summary>The distinct targets of a tree's leaves, in order.</summary>
    public int[] TargetsOf(ReadOnlySpan<int> leaves)
    {
        var isNamed = new bool[TargetCount];
        foreach (var leaf in leaves)
        {
            for (var i = LeafFrom[leaf]; i < LeafFrom[leaf + 1]; i++)
                isNamed[LeafTargets[i]] = true;
        }
        return [.. Enumerable.Range(0, isNamed.Length).Where(t => isNamed[t])];
    }

    /// <summary>The weight of a leaf for a target; 0 when it has none.</summary>
    public float Weight(int leaf, int target)
    {
        for (var i = LeafFrom[leaf]; i < LeafFrom[leaf + 1]; i++)
        {
            if (LeafTargets[i] == target)
                return LeafWeights[i];
        }
        return 0;
    }

    /// <summary>Whether some leaf names a target twice: then its additions cannot be looked up as one.</summary>
    public bool HasRepeatedTargets()
    {
        for (var leaf = 0; leaf + 1 < LeafFrom.Length; leaf++)
        {
            var targets = LeafTargets.AsSpan(LeafFrom[leaf]..LeafFrom[leaf + 1]);
            for (var i = 1; i < targets.Length; i++)
            {
                if (targets[..i].Contains(targets[i]))
                    return true;
            }
        }
        return false;
    }

    /// <summary>The numbers of all leaves that a tree can end in.</summary>
    public IEnumerable<int> LeavesOf(int root)
    {
        var met = new HashSet<int> { root };
        var path = new Stack<int>([root]);
        while (path.TryPop(out var at))
        {
            var node = Nodes[at];
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

    // Numbers the nodes below a root, counted from 1, parents first.
    private void Reach(int root, int[] places, List<int> kept)
    {
        var open = new Stack<int>([root]);
        while (open.TryPop(out var at))
        {
            if (places[at] > 0)
                continue;
            kept.Add(at);
            places[at] = kept.Count;
            if (Nodes[at].IsLeaf)
                continue;
            open.Push(Nodes[at].False);
            open.Push(Nodes[at].True);
        }
    }
}
