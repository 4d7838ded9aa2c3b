using BatchEngine.Scorer.Forests.Model;
using BatchEngine.Scorer.Forests.Walks;

namespace BatchEngine.Scorer.Forests.Slices.Planning;

/// <summary>Cuts the tops off the trees of a forest, one after the other. Not thread-safe.</summary>
internal sealed class SliceTopBuilder(ForestModel model, WalkForest walk, int maxExits, int walkedExits)
{
    private readonly int[] _metInTree = new int[model.Nodes.Length];
    private readonly int[] _numbers = new int[model.Nodes.Length];
    private readonly List<int> _inner = [];
    private readonly List<int> _exits = [];
    private readonly Stack<int> _path = new();
    private int _tree;

    /// <summary>The top of a tree: the whole of it when it has few enough leaves.</summary>
    public SliceTop Of(int root)
    {
        if (!FindWhole(root, out var isTree))
            return Cut(root, walkedExits);
        if (isTree)
            return Numbered();
        var whole = Cut(root, maxExits);
        return whole.StepsBelow(walk) == 0 ? whole : Cut(root, walkedExits);
    }

    // All nodes from left to right, so that neighbours differ in few bits; false when there are too many leaves.
    private bool FindWhole(int root, out bool isTree)
    {
        Start(root);
        isTree = true;
        while (_path.TryPop(out var at))
        {
            if (!Meet(at))
            {
                isTree = false;
                continue;
            }
            ref readonly var node = ref model.Nodes[at];
            if (node.IsLeaf)
            {
                _exits.Add(at);
                if (_exits.Count > maxExits)
                    return false;
                continue;
            }
            _inner.Add(at);
            _path.Push(node.True);
            _path.Push(node.False);
        }
        return true;
    }

    // The highest exit is opened first, until there are too many.
    private SliceTop Cut(int root, int exits)
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
            bool IsNew(int child) => !open.Contains(child) && !inner.Contains(child);
            var (no, yes) = (IsNew(node.False), IsNew(node.True) && node.True != node.False);
            if (open.Count - 1 + (no ? 1 : 0) + (yes ? 1 : 0) > exits)
                break;
            open.Remove(at);
            inner.Add(at);
            if (no)
                Open(node.False);
            if (yes)
                Open(node.True);
        }
        return Ordered(root, inner);

        void Open(int child)
        {
            open.Add(child);
            highest.Enqueue(child, (-walk.HeightOf(child), child));
        }
    }

    private SliceTop Ordered(int root, HashSet<int> inner)
    {
        Start(root);
        while (_path.TryPop(out var at))
        {
            if (!Meet(at))
                continue;
            if (!inner.Contains(at))
            {
                _exits.Add(at);
                continue;
            }
            _inner.Add(at);
            _path.Push(model.Nodes[at].True);
            _path.Push(model.Nodes[at].False);
        }
        return Numbered();
    }

    private void Start(int root)
    {
        _tree++;
        _inner.Clear();
        _exits.Clear();
        _path.Clear();
        _path.Push(root);
    }

    private bool Meet(int node)
    {
        if (_metInTree[node] == _tree)
            return false;
        _metInTree[node] = _tree;
        return true;
    }

    private SliceTop Numbered()
    {
        int[] nodes = [.. _inner, .. _exits];
        for (var i = 0; i < nodes.Length; i++)
            _numbers[nodes[i]] = i;
        var (no, yes) = (new int[_inner.Count], new int[_inner.Count]);
        var isShared = 2 * no.Length != nodes.Length - 1;
        for (var i = 0; i < no.Length; i++)
        {
            ref readonly var node = ref model.Nodes[nodes[i]];
            var (noNode, yesNode) = node.Mode == BranchMode.Member ? (node.False, node.True) : ChildrenOf(node);
            (no[i], yes[i]) = (_numbers[noNode], _numbers[yesNode]);
            isShared |= noNode == yesNode;
        }
        return new SliceTop(nodes, no.Length, no, yes, isShared);
    }

    private static (int No, int Yes) ChildrenOf(in ForestNode node)
    {
        var split = ForestSplit.Of(node);
        return (split.No, split.Yes);
    }
}
