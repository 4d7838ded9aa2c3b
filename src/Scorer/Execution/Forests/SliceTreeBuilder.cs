namespace BatchEngine.Scorer.Execution.Forests;

/// <summary>Turns one tree's top into choices between bits, the exits' numbers first, the root last. Not thread-safe.</summary>
/// <remarks>Values are numbered: 0 and 1 are constants, conditions follow from 2, results of operations from <see cref="FirstResult"/>.</remarks>
internal sealed class SliceTreeBuilder(ForestModel model, SliceTop top, SliceNumbering numbering, Func<int, float, bool, int> condition)
{
    /// <summary>The number of the first operation's result.</summary>
    public const int FirstResult = 1 << 20;

    private const int Zero = SlicePlan.Zero;
    private const int One = SlicePlan.One;
    private const int Either = -1;

    private readonly List<(int Condition, int Yes, int No)> _ops = [];
    private readonly Dictionary<int, int[]> _bits = [];
    private readonly Dictionary<(int, int, int), int> _known = [];

    /// <summary>An operation whose slots are still numbers of values; results are numbered below so many scratch slots.</summary>
    internal readonly record struct Op(int Condition, int Yes, int No, int Target);

    /// <summary>How many operations there are; cheaper than placing them.</summary>
    public int CountOperations()
    {
        Choices();
        return _ops.Count;
    }

    /// <summary>The operations, the values that are the exit's number, and how many scratch slots they need.</summary>
    public (Op[] Ops, int[] Bits, int Scratch) Build() => Place(Choices());

    private int[] Choices()
    {
        foreach (var (exit, (from, freeBits)) in numbering.Ranges)
        {
            var numbers = new int[numbering.BitCount];
            for (var bit = 0; bit < numbers.Length; bit++)
                numbers[bit] = bit < freeBits ? Either : (from >> bit) & 1;
            _bits[exit] = numbers;
        }
        return [.. BitsOf(top.Root).Select(b => b == Either ? Zero : b)];
    }

    // The top has at most 255 branches a path, so recursion is safe.
    private int[] BitsOf(int at)
    {
        if (_bits.TryGetValue(at, out var known))
            return known;
        var node = model.Nodes[at];
        int yesNode, noNode, asked;
        if (node.Mode == BranchMode.Member)
        {
            (yesNode, noNode, asked) = (node.True, node.False, SetCondition(node));
        }
        else
        {
            var split = ForestSplit.Of(node);
            (yesNode, noNode) = (split.Yes, split.No);
            asked = condition(split.Feature, split.From, split.MissingIsYes);
            if (!split.IsOpen)
                asked = Choose(condition(split.Feature, split.Beyond, false), Zero, asked);
        }
        var (no, yes) = (BitsOf(noNode), BitsOf(yesNode));
        var bits = new int[no.Length];
        for (var bit = 0; bit < bits.Length; bit++)
            bits[bit] = Choose(asked, yes[bit], no[bit]);
        return _bits[at] = bits;
    }

    private int SetCondition(in ForestNode node)
    {
        var asked = condition(node.Feature, float.NaN, node.MissingIsTrue);
        foreach (var value in model.Sets[node.Set])
        {
            var equal = Choose(condition(node.Feature, ForestSplit.After(value), false), Zero, condition(node.Feature, value, false));
            asked = Choose(equal, One, asked);
        }
        return asked;
    }

    private int Choose(int asked, int yes, int no)
    {
        if (yes == no || asked == Zero || yes == Either)
            return no;
        if (asked == One || no == Either)
            return yes;
        if (yes == One && no == Zero)
            return asked;
        if (_known.TryGetValue((asked, yes, no), out var before))
            return before;
        _ops.Add((asked, yes, no));
        return _known[(asked, yes, no)] = FirstResult + _ops.Count - 1;
    }

    // Results share scratch slots as soon as nobody reads them any more.
    private (Op[] Ops, int[] Bits, int Scratch) Place(int[] bits)
    {
        var lastUse = new int[_ops.Count];
        for (var i = 0; i < _ops.Count; i++)
        {
            foreach (var value in (ReadOnlySpan<int>)[_ops[i].Condition, _ops[i].Yes, _ops[i].No])
            {
                if (value >= FirstResult)
                    lastUse[value - FirstResult] = i;
            }
        }
        foreach (var bit in bits.Where(b => b >= FirstResult))
            lastUse[bit - FirstResult] = int.MaxValue;
        var free = new Stack<int>();
        var scratch = 0;
        var placed = new int[_ops.Count];
        var ops = new Op[_ops.Count];
        int At(int value) => value >= FirstResult ? FirstResult + placed[value - FirstResult] : value;
        for (var i = 0; i < _ops.Count; i++)
        {
            var (asked, yes, no) = _ops[i];
            Free(asked, i);
            if (yes != asked)
                Free(yes, i);
            if (no != asked && no != yes)
                Free(no, i);
            var (a, y, n) = (At(asked), At(yes), At(no));
            placed[i] = free.TryPop(out var slot) ? slot : scratch++;
            ops[i] = new Op(a, y, n, FirstResult + placed[i]);
        }
        return (ops, [.. bits.Select(At)], scratch);

        void Free(int value, int reader)
        {
            if (value >= FirstResult && lastUse[value - FirstResult] == reader)
                free.Push(placed[value - FirstResult]);
        }
    }
}
