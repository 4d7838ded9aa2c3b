using BatchEngine.Scorer.Forests.Model;

namespace BatchEngine.Scorer.Forests.Walks;

/// <summary>All trees as <see cref="WalkNode"/>s. Equalities and sets become chains of comparisons. Immutable.</summary>
internal sealed class WalkForest
{
    private readonly ForestModel _model;
    private readonly List<WalkNode> _nodes;
    private readonly Stack<int> _path = new();
    private readonly int[] _places;
    private readonly int[] _heights;

    /// <summary>Lays out all trees.</summary>
    public WalkForest(ForestModel model)
    {
        _model = model;
        IsSingle = model.TargetCount == 1 && !model.HasRepeatedTargets();
        _nodes = new List<WalkNode>(model.Nodes.Length);
        _places = new int[model.Nodes.Length];
        _heights = new int[model.Nodes.Length];
        Array.Fill(_places, -1);
        Roots = [.. model.Roots.Select(Place)];
        Heights = [.. model.Roots.Select(r => _heights[r])];
        Nodes = [.. _nodes];
        _nodes = [];
        Compact = CompactOf(model);
    }

    /// <summary>The nodes.</summary>
    public WalkNode[] Nodes { get; }

    /// <summary>The first node of each tree.</summary>
    public int[] Roots { get; }

    /// <summary>The most steps to a leaf, by tree.</summary>
    public int[] Heights { get; }

    /// <summary>Each leaf has one value, kept in the leaf itself.</summary>
    public bool IsSingle { get; }

    /// <summary>The same trees in nodes of half the size, each from its root; null when they do not fit them.</summary>
    public TailForest? Compact { get; }

    /// <summary>Where a node of the model stands among <see cref="Nodes"/>.</summary>
    public int PlaceOf(int node) => _places[node];

    /// <summary>The most steps from a node of the model to a leaf.</summary>
    public int HeightOf(int node) => _heights[node];

    private TailForest? CompactOf(ForestModel model)
    {
        // There the sign of a zero can be seen in the result, and a compact leaf does not keep it.
        if (model.Aggregate is ForestAggregate.Min or ForestAggregate.Max && model.LeafWeights.Any(w => w == 0 && float.IsNegative(w)))
            return null;
        var builder = new TailBuilder(this);
        for (var tree = 0; tree < Roots.Length; tree++)
            builder.Add([Roots[tree]], Heights[tree]);
        return builder.Build();
    }

    // Children before parents, without recursion: trees may be thousands of levels deep.
    private int Place(int root)
    {
        _path.Push(root);
        while (_path.TryPeek(out var at))
        {
            ref readonly var node = ref _model.Nodes[at];
            if (_places[at] >= 0)
            {
                _path.Pop();
            }
            else if (node.IsLeaf)
            {
                _places[at] = AddLeaf(node.True);
            }
            else if (_places[node.True] < 0 || _places[node.False] < 0)
            {
                if (_places[node.True] < 0)
                    _path.Push(node.True);
                if (_places[node.False] < 0)
                    _path.Push(node.False);
            }
            else
            {
                AddBranch(at, node);
            }
        }
        return _places[root];
    }

    private void AddBranch(int at, in ForestNode node)
    {
        if (node.Mode == BranchMode.Member)
        {
            var (no, yes) = (_places[node.False], _places[node.True]);
            var before = _nodes.Count;
            var next = no;
            foreach (var value in _model.Sets[node.Set])
            {
                var beyond = Add(node.Feature, ForestSplit.After(value), yes, next, false);
                next = Add(node.Feature, value, next, beyond, false);
            }
            // The last one added is asked first, so only it sees a missing value; a set of nothing still needs a node.
            next = Add(node.Feature, float.NaN, next, yes, node.MissingIsTrue);
            _places[at] = next;
            _heights[at] = _nodes.Count - before + Math.Max(_heights[node.True], _heights[node.False]);
            return;
        }
        var split = ForestSplit.Of(node);
        var (after, other) = (_places[split.Yes], _places[split.No]);
        var steps = 1;
        if (!split.IsOpen)
        {
            // A missing value that answers yes to the first must answer no here, and the other way round for its direction.
            after = Add(split.Feature, split.Beyond, after, other, false);
            steps = 2;
        }
        _places[at] = Add(split.Feature, split.From, other, after, split.MissingIsYes);
        _heights[at] = steps + Math.Max(_heights[split.Yes], _heights[split.No]);
    }

    private int Add(int feature, float threshold, int no, int yes, bool missingIsYes)
    {
        _nodes.Add(new WalkNode { Threshold = threshold, Feature = (uint)feature | (missingIsYes ? WalkNode.MissingIsYes : 0), No = no, Yes = yes });
        return _nodes.Count - 1;
    }

    private int AddLeaf(int leaf)
    {
        var self = _nodes.Count;
        var value = IsSingle ? _model.LeafWeights[_model.LeafFrom[leaf]] : BitConverter.Int32BitsToSingle(leaf);
        _nodes.Add(new WalkNode { Threshold = value, Feature = 0, No = self, Yes = self });
        return self;
    }
}
