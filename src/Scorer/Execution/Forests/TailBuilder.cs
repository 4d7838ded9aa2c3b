namespace BatchEngine.Scorer.Execution.Forests;

/// <summary>Lays out the nodes below the exits of all trees: each exit's part in one piece, level by level, children side by side. Not thread-safe.</summary>
internal sealed class TailBuilder(WalkForest walk)
{
    private const int GroupBytes = 256 * 1024;

    private readonly List<TailNode> _nodes = [];
    private readonly List<bool> _missingIsYes = [];
    private readonly List<int> _exits = [];
    private readonly List<int> _exitsFrom = [];
    private readonly List<int> _steps = [];
    private readonly List<int> _nodesTo = [];
    private readonly Dictionary<int, int> _columns = [];
    private readonly List<int> _features = [];
    private bool _isTooLarge;

    /// <summary>Adds the next tree.</summary>
    /// <param name="exits">The walk node at every exit's number.</param>
    /// <param name="steps">The most steps from one of them to a leaf.</param>
    public void Add(IReadOnlyList<int> exits, int steps)
    {
        _exitsFrom.Add(_exits.Count);
        _steps.Add(steps);
        var placed = new Dictionary<int, int>();
        foreach (var exit in exits)
        {
            if (!placed.TryGetValue(exit, out var at))
                placed[exit] = at = Place(exit);
            _exits.Add(at);
        }
        _nodesTo.Add(_nodes.Count);
    }

    /// <summary>Gives the layout; null when the forest has more columns or larger parts than a node of eight bytes can name.</summary>
    public TailForest? Build()
    {
        var leaf = _features.Count;
        var columns = _missingIsYes.Contains(true) ? 2 * leaf : leaf;
        if (_isTooLarge || columns > TailForest.MaxColumns)
            return null;
        var dense = new TailNode[_nodes.Count];
        var missing = columns == leaf ? dense : new TailNode[_nodes.Count];
        for (var i = 0; i < dense.Length; i++)
        {
            var node = _nodes[i];
            // The leaves' column, which holds the lowest key, comes first.
            var cell = node.Step == 0 ? 0 : (1 + node.Cell) * TailForest.CellsPerColumn;
            dense[i] = node with { Cell = (ushort)cell };
            missing[i] = node with { Cell = (ushort)(_missingIsYes[i] ? cell + (leaf * TailForest.CellsPerColumn) : cell) };
        }
        return new TailForest
        {
            Dense = dense,
            Missing = missing,
            Exits = [.. _exits],
            ExitsFrom = [.. _exitsFrom],
            Steps = [.. _steps],
            Features = [.. _features],
            Groups = [.. Groups()],
        };
    }

    private IEnumerable<TailGroup> Groups()
    {
        var (from, nodesFrom) = (0, 0);
        for (var tree = 0; tree < _nodesTo.Count; tree++)
        {
            var isLast = tree == _nodesTo.Count - 1;
            if (!isLast && (_nodesTo[tree + 1] - nodesFrom) * 8L <= GroupBytes)
                continue;
            yield return new TailGroup(from, tree + 1);
            (from, nodesFrom) = (tree + 1, _nodesTo[tree]);
        }
    }

    // Level by level. Parts that two branches share are placed once: only their two topmost nodes are copied, or referred to.
    private int Place(int exit)
    {
        var first = _nodes.Count;
        var pairs = new Dictionary<(int No, int Yes), int>();
        var waiting = new Queue<(int Walk, int At)>();
        Reserve(exit, waiting);
        while (waiting.TryDequeue(out var next))
        {
            var node = walk.Nodes[next.Walk];
            if (node.No == next.Walk)
            {
                // A leaf of -0 is kept as 0: adding it to a sum that began at 0 gives the same, and its bits would be the lowest key.
                _nodes[next.At] = new TailNode { Threshold = node.Threshold == 0 && walk.IsSingle ? 0 : BitConverter.SingleToInt32Bits(node.Threshold) };
                continue;
            }
            if (!pairs.TryGetValue((node.No, node.Yes), out var pair))
            {
                pairs[(node.No, node.Yes)] = pair = Reserve(node.No, waiting);
                Reserve(node.Yes, waiting);
            }
            var step = pair - next.At;
            _isTooLarge |= step is < short.MinValue or > short.MaxValue;
            _nodes[next.At] = new TailNode { Threshold = FloatKey.OfThreshold(node.Threshold), Cell = Column((int)(node.Feature & ~WalkNode.MissingIsYes)), Step = (short)step };
            _missingIsYes[next.At] = (node.Feature & WalkNode.MissingIsYes) != 0;
        }
        return first;
    }

    private int Reserve(int node, Queue<(int Walk, int At)> waiting)
    {
        waiting.Enqueue((node, _nodes.Count));
        _nodes.Add(default);
        _missingIsYes.Add(false);
        return _nodes.Count - 1;
    }

    private ushort Column(int feature)
    {
        if (!_columns.TryGetValue(feature, out var column))
        {
            _columns[feature] = column = _features.Count;
            _features.Add(feature);
        }
        return (ushort)Math.Min(column, TailForest.MaxColumns);
    }
}
