using System.Runtime.InteropServices;
using BatchEngine.Domain;
using BatchEngine.Scorer.Graphs;

namespace BatchEngine.Scorer.Forests.Model;

/// <summary>Collects nodes and leaves and makes a validated <see cref="ForestModel"/> of them. Not thread-safe.</summary>
internal sealed class ForestBuilder(string place)
{
    private const int MaxTargets = 4_096;
    private const int MaxFeature = 1_000_000;

    private readonly List<ForestNode> _nodes = [];
    private readonly List<NodePlace> _places = [];
    private readonly List<int> _roots = [];
    private readonly List<(int Leaf, int Target, float Weight)> _weights = [];
    private readonly List<float[]> _sets = [];
    private int _leafCount;
    private string? _notUnderstood;

    /// <summary>Makes room for a number of nodes at once.</summary>
    public void EnsureRoomFor(int nodes)
    {
        _nodes.EnsureCapacity(nodes);
        _places.EnsureCapacity(nodes);
        _weights.EnsureCapacity((nodes / 2) + 1);
    }

    /// <summary>Adds a node and gives its index.</summary>
    public int Add(ForestNode node, NodePlace at)
    {
        if (!node.IsLeaf && node.Feature is < 0 or > MaxFeature)
            throw Wrong(at, $"feature {node.Feature}", "a feature counted from 0");
        if (!node.IsLeaf && float.IsNaN(node.Threshold))
            Refuse($"the threshold of {at} is NaN");
        _nodes.Add(node);
        _places.Add(at);
        return _nodes.Count - 1;
    }

    /// <summary>Adds a leaf without weights and gives its number.</summary>
    public int AddLeaf() => _leafCount++;

    /// <summary>Adds a weight to a leaf.</summary>
    public void AddWeight(int leaf, long target, float weight, NodePlace at)
    {
        if (target is < 0 or >= MaxTargets)
            throw Wrong(at, $"a weight for target {target}", $"a target from 0 to {MaxTargets - 1}");
        if (float.IsNaN(weight))
            Refuse($"a leaf weight of {at} is NaN");
        _weights.Add((leaf, (int)target, weight));
    }

    /// <summary>Adds a set and gives its number.</summary>
    public int AddSet(float[] values)
    {
        _sets.Add(values);
        return _sets.Count - 1;
    }

    /// <summary>Adds a tree by its first node.</summary>
    public void AddRoot(int node) => _roots.Add(node);

    /// <summary>Notes what is not understood here though ONNX Runtime may run it; said when everything else is found sound.</summary>
    public void Refuse(string reason) => _notUnderstood ??= reason;

    /// <summary>Checks everything and gives the model.</summary>
    /// <exception cref="BadInputException">It is broken; named by tree and node.</exception>
    /// <exception cref="NotUnderstoodException">It is sound, but something was refused.</exception>
    public ForestModel Build(int targets, ForestAggregate aggregate, PostTransform transform, float[] baseValues, ClassLabels? classes)
    {
        if (_roots.Count == 0)
            throw new BadInputException(place, "a forest without trees", "at least one tree", "Export the model again.");
        if (targets is < 1 or > MaxTargets)
            throw new BadInputException(place, $"{targets} targets", $"1 to {MaxTargets}", "Export the model again.");
        if (baseValues.Any(float.IsNaN))
            Refuse("a base value is NaN");
        RequireTargetsBelow(targets);
        RequireNoCycle();
        if (_notUnderstood is not null)
            throw new NotUnderstoodException(_notUnderstood);
        var (from, leafTargets, leafWeights) = WeightsByLeaf();
        return new ForestModel
        {
            Nodes = [.. _nodes],
            Places = [.. _places],
            Roots = [.. _roots],
            LeafFrom = from,
            LeafTargets = leafTargets,
            LeafWeights = leafWeights,
            Sets = [.. _sets],
            TargetCount = targets,
            Aggregate = aggregate,
            Transform = transform,
            BaseValues = baseValues,
            Classes = classes,
        };
    }

    /// <summary>The error for one node.</summary>
    public BadInputException Wrong(NodePlace at, string seen, string expected) => new($"{place}, {at}", seen, expected, "Export the model again.");

    // Leaf after leaf, those of a leaf in the order in which they came.
    private (int[] From, int[] Targets, float[] Weights) WeightsByLeaf()
    {
        var from = new int[_leafCount + 1];
        foreach (var (leaf, _, _) in _weights)
            from[leaf + 1]++;
        for (var leaf = 0; leaf < _leafCount; leaf++)
            from[leaf + 1] += from[leaf];
        var (next, targets, weights) = (from[.._leafCount], new int[_weights.Count], new float[_weights.Count]);
        foreach (var (leaf, target, weight) in _weights)
        {
            var at = next[leaf]++;
            (targets[at], weights[at]) = (target, weight);
        }
        return (from, targets, weights);
    }

    private void RequireTargetsBelow(int targets)
    {
        var beyond = _weights.Where(w => w.Target >= targets).ToLookup(w => w.Leaf, w => w.Target);
        for (var i = 0; i < _nodes.Count && beyond.Count > 0; i++)
        {
            if (_nodes[i].IsLeaf && beyond.Contains(_nodes[i].True))
                throw Wrong(_places[i], $"a weight for target {beyond[_nodes[i].True].First()}", $"a target below {targets}");
        }
    }

    // Depth first with three colours; a child met while its own descent is under way closes a cycle. Sharing a child is allowed.
    private void RequireNoCycle()
    {
        const byte underWay = 1, done = 2;
        if (LeadsOnlyForwards())
            return;
        var colour = new byte[_nodes.Count];
        var path = new Stack<(int Node, int Step)>();
        foreach (var root in _roots)
        {
            if (colour[root] == done)
                continue;
            path.Push((root, 0));
            colour[root] = underWay;
            while (path.TryPop(out var at))
            {
                var node = _nodes[at.Node];
                if (node.IsLeaf || at.Step == 2)
                {
                    colour[at.Node] = done;
                    continue;
                }
                path.Push((at.Node, at.Step + 1));
                var child = at.Step == 0 ? node.True : node.False;
                if (colour[child] == underWay)
                    throw Wrong(_places[child], $"a cycle: it can be reached from itself through {_places[at.Node]}", "a tree");
                if (colour[child] == 0)
                {
                    colour[child] = underWay;
                    path.Push((child, 0));
                }
            }
        }
    }

    // As exporters write trees; nothing that only goes on can come back.
    private bool LeadsOnlyForwards()
    {
        var nodes = CollectionsMarshal.AsSpan(_nodes);
        for (var i = 0; i < nodes.Length; i++)
        {
            if (!nodes[i].IsLeaf && (nodes[i].True <= i || nodes[i].False <= i))
                return false;
        }
        return true;
    }
}
