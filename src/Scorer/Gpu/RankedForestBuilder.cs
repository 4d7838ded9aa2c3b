using BatchEngine.Scorer.Forests.Model;
using BatchEngine.Scorer.Forests.Walks;


namespace BatchEngine.Scorer.Gpu;

/// <summary>Lays out a forest for a device. One use, not thread-safe.</summary>
internal sealed class RankedForestBuilder
{
    /// <summary>Nodes of a stage by default, and at most: 12 KiB of shared memory, so that eight groups of 256 rows find room on a multiprocessor and none
    /// uses up the 48 KiB that every device has.</summary>
    public const int MaxStageNodes = 1_536;

    private const uint NeverRank = 0xFFFF;

    private readonly ForestModel _model;
    private readonly WalkForest _walk;
    private readonly int _stageNodes;
    private readonly Dictionary<int, int> _features = [];
    private readonly List<float[]> _thresholds = [];
    private readonly List<ulong> _nodes = [];
    private readonly List<int> _treeFrom = [0];
    private readonly List<int> _treeTarget = [];

    private RankedForestBuilder(ForestModel model, WalkForest walk, int stageNodes) => (_model, _walk, _stageNodes) = (model, walk, stageNodes);

    /// <summary>Lays out a forest, or says in a sentence why it cannot.</summary>
    /// <param name="model">The forest.</param>
    /// <param name="walk">The same forest with every question as "x >= t".</param>
    /// <param name="chains">For each feature of the forest: the column it is uploaded from and the steps on the way.</param>
    /// <param name="stageNodes">Nodes of a stage, at most <see cref="MaxStageNodes"/>.</param>
    public static (RankedForest? Forest, string? Refusal) Build(ForestModel model, WalkForest walk,
        IReadOnlyList<(int Column, IReadOnlyList<DeviceStep> Steps)> chains, int stageNodes = MaxStageNodes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(stageNodes, MaxStageNodes);
        return new RankedForestBuilder(model, walk, stageNodes).Build(chains);
    }

    private (RankedForest? Forest, string? Refusal) Build(IReadOnlyList<(int Column, IReadOnlyList<DeviceStep> Steps)> chains)
    {
        CollectThresholds();
        if (_features.Count >= RankedForest.LeafFeature)
            return (null, $"it asks for {_features.Count} features, and a node on the device tells {RankedForest.LeafFeature - 1} apart");
        if (_thresholds.Exists(t => t.Length > RankedForest.MaxThresholds))
            return (null, $"a feature has more than {RankedForest.MaxThresholds} thresholds, which 16-bit ranks do not tell apart");
        foreach (var root in _walk.Roots)
            AddTree(root);
        int[] features = [.. _features.OrderBy(f => f.Value).Select(f => f.Key)];
        int[] columns = [.. features.Select(f => chains[f].Column).Distinct()];
        return (new RankedForest
        {
            Model = _model,
            Sources = [.. columns.Select(c => Array.Find(features, f => chains[f].Column == c))],
            FeatureSource = [.. features.Select(f => Array.IndexOf(columns, chains[f].Column))],
            StepFrom = Offsets(features.Select(f => chains[f].Steps.Count)),
            Steps = [.. features.SelectMany(f => chains[f].Steps)],
            ThresholdFrom = Offsets(_thresholds.Select(t => t.Length)),
            Thresholds = [.. _thresholds.SelectMany(t => t)],
            Nodes = [.. _nodes],
            TreeFrom = [.. _treeFrom],
            TreeTarget = [.. _treeTarget],
            StageFrom = Stages(),
        }, null);
    }

    private void CollectThresholds()
    {
        var known = new SortedDictionary<int, SortedSet<float>>();
        for (var i = 0; i < _walk.Nodes.Length; i++)
        {
            if (IsLeaf(i))
                continue;
            var feature = FeatureOf(_walk.Nodes[i]);
            if (!known.TryGetValue(feature, out var thresholds))
                known[feature] = thresholds = [];
            if (!float.IsNaN(_walk.Nodes[i].Threshold))
                thresholds.Add(_walk.Nodes[i].Threshold);
        }
        foreach (var (feature, thresholds) in known)
        {
            _features[feature] = _features.Count;
            _thresholds.Add([.. thresholds]);
        }
    }

    // Level by level, so that the nodes that all rows visit stand together. A node that several parents share is copied, its children are not.
    private void AddTree(int root)
    {
        var first = _nodes.Count;
        var target = TargetOf(root);
        var pairs = new Dictionary<int, int>();
        var waiting = new Queue<(int Node, int Slot)>([(root, first)]);
        _nodes.Add(0);
        while (waiting.TryDequeue(out var at))
        {
            if (IsLeaf(at.Node))
            {
                _nodes[at.Slot] = Leaf(at.Node, target);
                continue;
            }
            ref readonly var node = ref _walk.Nodes[at.Node];
            if (!pairs.TryGetValue(at.Node, out var children))
            {
                children = _nodes.Count - first;
                pairs[at.Node] = children;
                _nodes.AddRange([0, 0]);
                waiting.Enqueue((node.No, first + children));
                waiting.Enqueue((node.Yes, first + children + 1));
            }
            _nodes[at.Slot] = Branch(node, children);
        }
        _treeTarget.Add(target);
        _treeFrom.Add(_nodes.Count);
    }

    private ulong Branch(in WalkNode node, int children)
    {
        var feature = _features[FeatureOf(node)];
        var missingIsYes = (node.Feature & WalkNode.MissingIsYes) != 0;
        // Ranks of values begin at 1, and one threshold at or below the value is needed at least; a node for which missing is yes compares rank - 1, so that
        // 0 becomes the largest.
        var needed = float.IsNaN(node.Threshold) ? NeverRank : (uint)Array.BinarySearch(_thresholds[feature], node.Threshold) + (missingIsYes ? 1u : 2u);
        var question = ((uint)feature << 17) | (missingIsYes ? 1u << 16 : 0) | needed;
        return ((ulong)question << 32) | (uint)children;
    }

    private ulong Leaf(int node, int target)
    {
        var bits = BitConverter.SingleToUInt32Bits(_walk.Nodes[node].Threshold);
        if (target >= 0 && !_walk.IsSingle)
            bits = BitConverter.SingleToUInt32Bits(_model.LeafWeights[_model.LeafFrom[(int)bits]]);
        return ((ulong)RankedForest.LeafFeature << 49) | bits;
    }

    // The one target of all leaves of a tree; -1 when there is none.
    private int TargetOf(int root)
    {
        if (_walk.IsSingle)
            return 0;
        var target = -1;
        var seen = new HashSet<int> { root };
        var waiting = new Stack<int>([root]);
        while (waiting.TryPop(out var at))
        {
            ref readonly var node = ref _walk.Nodes[at];
            if (!IsLeaf(at))
            {
                if (seen.Add(node.No))
                    waiting.Push(node.No);
                if (seen.Add(node.Yes))
                    waiting.Push(node.Yes);
                continue;
            }
            var leaf = BitConverter.SingleToInt32Bits(node.Threshold);
            var (from, to) = (_model.LeafFrom[leaf], _model.LeafFrom[leaf + 1]);
            if (to - from != 1 || (target >= 0 && _model.LeafTargets[from] != target))
                return -1;
            target = _model.LeafTargets[from];
        }
        return target;
    }

    private int[] Stages()
    {
        var stages = new List<int> { 0 };
        for (var tree = 1; tree < _treeTarget.Count; tree++)
        {
            if (_treeFrom[tree + 1] - _treeFrom[stages[^1]] > _stageNodes)
                stages.Add(tree);
        }
        stages.Add(_treeTarget.Count);
        return [.. stages];
    }

    private bool IsLeaf(int at) => _walk.Nodes[at].No == at && _walk.Nodes[at].Yes == at;

    private static int FeatureOf(in WalkNode node) => (int)(node.Feature & ~WalkNode.MissingIsYes);

    private static int[] Offsets(IEnumerable<int> lengths)
    {
        var offsets = new List<int> { 0 };
        foreach (var length in lengths)
            offsets.Add(offsets[^1] + length);
        return [.. offsets];
    }
}
