namespace BatchEngine.Scorer.Forests.Walks;

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
    private readonly Dictionary<int, int> _placed = [];
    private readonly List<int> _features = [];

    // The pairs of children of the part at hand, chained by the walk node after no: the newest of a node's chain is good where the node was met in this part.
    private readonly List<(int Yes, int At, int Before)> _pairs = [];
    private readonly int[] _newestPair = new int[walk.Nodes.Length];
    private readonly int[] _metInPart = new int[walk.Nodes.Length];
    private readonly List<(int Walk, int At)> _waiting = [];
    private int[] _columns = [];
    private int _part;
    private bool _isTooLarge;

    /// <summary>Adds the next tree.</summary>
    /// <param name="exits">The walk node at every exit's number.</param>
    /// <param name="steps">The most steps from one of them to a leaf.</param>
    public void Add(IReadOnlyList<int> exits, int steps)
    {
        _exitsFrom.Add(_exits.Count);
        _steps.Add(steps);
        _placed.Clear();
        foreach (var exit in exits)
        {
            if (!_placed.TryGetValue(exit, out var at))
                _placed[exit] = at = Place(exit);
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
        _part++;
        _pairs.Clear();
        _waiting.Clear();
        Reserve(exit);
        for (var i = 0; i < _waiting.Count; i++)
        {
            var (at, to) = _waiting[i];
            ref readonly var node = ref walk.Nodes[at];
            if (node.No == at)
            {
                // A leaf of -0 is kept as 0: adding it to a sum that began at 0 gives the same, and its bits would be the lowest key.
                _nodes[to] = new TailNode { Threshold = node.Threshold == 0 && walk.IsSingle ? 0 : BitConverter.SingleToInt32Bits(node.Threshold) };
                continue;
            }
            var step = PairOf(node.No, node.Yes) - to;
            _isTooLarge |= step is < short.MinValue or > short.MaxValue;
            _nodes[to] = new TailNode
            {
                Threshold = FloatKey.OfThreshold(node.Threshold),
                Cell = Column((int)(node.Feature & ~WalkNode.MissingIsYes)),
                Step = (short)step
            };
            _missingIsYes[to] = (node.Feature & WalkNode.MissingIsYes) != 0;
        }
        return first;
    }

    private int PairOf(int no, int yes)
    {
        var newest = _metInPart[no] == _part ? _newestPair[no] : -1;
        for (var i = newest; i >= 0; i = _pairs[i].Before)
        {
            if (_pairs[i].Yes == yes)
                return _pairs[i].At;
        }
        (_metInPart[no], _newestPair[no]) = (_part, _pairs.Count);
        var pair = Reserve(no);
        _pairs.Add((yes, pair, newest));
        Reserve(yes);
        return pair;
    }

    private int Reserve(int node)
    {
        _waiting.Add((node, _nodes.Count));
        _nodes.Add(default);
        _missingIsYes.Add(false);
        return _nodes.Count - 1;
    }

    private ushort Column(int feature)
    {
        if (feature >= _columns.Length)
            Array.Resize(ref _columns, 2 * (feature + 1));
        // Counted from 1 here, so that 0 means none yet.
        ref var column = ref _columns[feature];
        if (column == 0)
        {
            _features.Add(feature);
            column = _features.Count;
        }
        return (ushort)Math.Min(column - 1, TailForest.MaxColumns);
    }
}
