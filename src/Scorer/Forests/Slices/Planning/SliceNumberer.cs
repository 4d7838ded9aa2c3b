namespace BatchEngine.Scorer.Forests.Slices.Planning;

/// <summary>Gives the exits of one top after the other aligned ranges of numbers. Not thread-safe.</summary>
internal sealed class SliceNumberer
{
    private readonly (List<int> Waiting, List<int> Low, List<int> High)[] _levels =
        [.. Enumerable.Range(0, SliceBits.MaxBits + 1).Select(_ => (new List<int>(), new List<int>(), new List<int>()))];
    private readonly List<int> _root = [0];
    private SliceTop _top = null!;
    private int[] _counts = [];
    private int[] _from = [];
    private int[] _freeBits = [];

    /// <summary>Turns to a top whose nodes are not shared.</summary>
    public void Take(SliceTop top)
    {
        _top = top;
        if (_counts.Length < top.Nodes.Length)
            _counts = new int[2 * top.Nodes.Length];
        // Branches stand before what is below them.
        _counts.AsSpan(top.InnerCount, top.ExitCount).Fill(1);
        for (var i = top.InnerCount - 1; i >= 0; i--)
            _counts[i] = _counts[top.No[i]] + _counts[top.Yes[i]];
    }

    /// <summary>Gives the exits ranges of numbers of this many bits.</summary>
    public SliceNumbering Number(int bitCount)
    {
        (_from, _freeBits) = (new int[_top.ExitCount], new int[_top.ExitCount]);
        Assign(_root, 0, bitCount);
        return new SliceNumbering(bitCount, _from, _freeBits);
    }

    // Splits the range in two and shares the subtrees out, the largest first into the emptier half; a subtree that fits into neither half is opened.
    private void Assign(List<int> subtrees, int from, int bits)
    {
        if (subtrees.Count == 0)
            return;
        if (subtrees.Count == 1 && subtrees[0] >= _top.InnerCount)
        {
            (_from[subtrees[0] - _top.InnerCount], _freeBits[subtrees[0] - _top.InnerCount]) = (from, bits);
            return;
        }
        var half = 1 << (bits - 1);
        var (waiting, low, high) = _levels[bits];
        waiting.Clear();
        low.Clear();
        high.Clear();
        foreach (var subtree in subtrees)
            Wait(waiting, subtree);
        if (subtrees.Count == 1)
            Open(waiting, Next(waiting));
        var (lowCount, highCount) = (0, 0);
        while (waiting.Count > 0)
        {
            var subtree = Next(waiting);
            var count = _counts[subtree];
            if (lowCount + count <= half && (lowCount <= highCount || highCount + count > half))
            {
                low.Add(subtree);
                lowCount += count;
            }
            else if (highCount + count <= half)
            {
                high.Add(subtree);
                highCount += count;
            }
            else
            {
                Open(waiting, subtree);
            }
        }
        Assign(low, from, bits - 1);
        Assign(high, from + half, bits - 1);
    }

    private void Open(List<int> waiting, int subtree)
    {
        Wait(waiting, _top.No[subtree]);
        Wait(waiting, _top.Yes[subtree]);
    }

    private static int Next(List<int> waiting)
    {
        var next = waiting[^1];
        waiting.RemoveAt(waiting.Count - 1);
        return next;
    }

    // The largest stands last; of equal ones the model's earlier node.
    private void Wait(List<int> waiting, int subtree)
    {
        var at = waiting.Count;
        while (at > 0 && IsBefore(waiting[at - 1], subtree))
            at--;
        waiting.Insert(at, subtree);
    }

    private bool IsBefore(int one, int other) =>
        _counts[one] != _counts[other] ? _counts[one] > _counts[other] : _top.Nodes[one] < _top.Nodes[other];
}
