using System.Runtime.InteropServices;
using BatchEngine.Scorer.Forests.Model;

namespace BatchEngine.Scorer.Forests.Slices.Planning;

/// <summary>Turns one tree's top after the other into choices between bits, the exits' numbers first, the root last. Not thread-safe.</summary>
/// <remarks>Values are numbered: 0 and 1 are constants, conditions follow from 2, results of operations from <see cref="FirstResult"/>.</remarks>
internal sealed class SliceTreeBuilder(ForestModel model, SliceRanks ranks)
{
    /// <summary>The number of the first operation's result.</summary>
    public const int FirstResult = 1 << 29;

    private const int Zero = SlicePlan.Zero;
    private const int One = SlicePlan.One;
    private const int Either = -1;

    private readonly SliceChoices _choices = new();
    private readonly List<Op> _ops = [];
    private readonly Stack<int> _free = new();
    private Func<int, bool, int> _condition = null!;
    private SliceTop _top = null!;
    private int _bitCount;
    private int _mostOperations;
    private int[] _bits = [];
    private bool[] _isDone = [];
    private int[] _lastUse = [];
    private int[] _placed = [];

    /// <summary>An operation whose slots are still numbers of values; results are numbered below the number of scratch slots.</summary>
    internal readonly record struct Op(int Condition, int Yes, int No, int Target);

    /// <summary>How many operations a top needs; cheaper than placing them. Stops counting at a limit.</summary>
    public int CountOperations(SliceTop top, SliceNumbering numbering, int limit)
    {
        _mostOperations = limit;
        Choose(top, numbering, static (number, missingIsYes) => 2 + (2 * number) + (missingIsYes ? 1 : 0));
        return _choices.Count;
    }

    /// <summary>The operations, the values that are the exit's number, and how many scratch slots they need; good until the next call.</summary>
    /// <param name="top">The top.</param>
    /// <param name="numbering">Its exits' numbers.</param>
    /// <param name="condition">The value that answers whether a feature has reached a number of <see cref="SliceRanks"/>, and whether a missing one
    /// has.</param>
    public (List<Op> Ops, int[] Bits, int Scratch) Build(SliceTop top, SliceNumbering numbering, Func<int, bool, int> condition)
    {
        _mostOperations = int.MaxValue;
        var bits = Choose(top, numbering, condition);
        return (_ops, bits, Place(bits));
    }

    private int[] Choose(SliceTop top, SliceNumbering numbering, Func<int, bool, int> condition)
    {
        (_top, _bitCount, _condition) = (top, numbering.BitCount, condition);
        _choices.Clear();
        if (_bits.Length < top.Nodes.Length * _bitCount || _isDone.Length < top.Nodes.Length)
            (_bits, _isDone) = (new int[2 * top.Nodes.Length * SliceBits.MaxBits], new bool[2 * top.Nodes.Length]);
        _isDone.AsSpan(0, top.InnerCount).Clear();
        for (var exit = 0; exit < top.ExitCount; exit++)
        {
            var bits = BitsAt(top.InnerCount + exit);
            for (var bit = 0; bit < bits.Length; bit++)
                bits[bit] = bit < numbering.FreeBits[exit] ? Either : (numbering.From[exit] >> bit) & 1;
        }
        AddBits(0);
        var root = BitsAt(0).ToArray();
        foreach (ref var bit in root.AsSpan())
            bit = bit == Either ? Zero : bit;
        return root;
    }

    private Span<int> BitsAt(int at) => _bits.AsSpan(at * _bitCount, _bitCount);

    // The top has at most 255 branches a path, so recursion is safe.
    private void AddBits(int at)
    {
        if (at >= _top.InnerCount || _isDone[at] || _choices.Count >= _mostOperations)
            return;
        _isDone[at] = true;
        var asked = Condition(_top.Nodes[at]);
        AddBits(_top.No[at]);
        AddBits(_top.Yes[at]);
        var no = BitsAt(_top.No[at]);
        var yes = BitsAt(_top.Yes[at]);
        var bits = BitsAt(at);
        for (var bit = 0; bit < bits.Length; bit++)
            bits[bit] = Choose(asked, yes[bit], no[bit]);
    }

    private int Condition(int at)
    {
        ref readonly var node = ref model.Nodes[at];
        if (node.Mode == BranchMode.Member)
            return SetCondition(node, _condition(ranks.FromOf(at), node.MissingIsTrue));
        var split = ForestSplit.Of(node);
        var asked = _condition(ranks.FromOf(at), split.MissingIsYes);
        return split.IsOpen ? asked : Choose(Condition(split.Feature, split.Beyond), Zero, asked);
    }

    private int SetCondition(in ForestNode node, int asked)
    {
        foreach (var value in model.Sets[node.Set])
        {
            var equal = Choose(Condition(node.Feature, ForestSplit.After(value)), Zero, Condition(node.Feature, value));
            asked = Choose(equal, One, asked);
        }
        return asked;
    }

    private int Condition(int feature, float threshold) => _condition(ranks.NumberOf(feature, threshold), false);

    private int Choose(int asked, int yes, int no)
    {
        if (yes == no || asked == Zero || yes == Either)
            return no;
        if (asked == One || no == Either)
            return yes;
        if (yes == One && no == Zero)
            return asked;
        return FirstResult + _choices.Add(asked, yes, no);
    }

    // Results share scratch slots as soon as nobody reads them any more.
    private int Place(int[] bits)
    {
        var count = _choices.Count;
        if (_placed.Length < count)
            (_lastUse, _placed) = (new int[2 * count], new int[2 * count]);
        Array.Clear(_lastUse, 0, count);
        for (var i = 0; i < count; i++)
        {
            var (asked, yes, no) = _choices[i];
            Use(asked, i);
            Use(yes, i);
            Use(no, i);
        }
        foreach (var bit in bits)
            Use(bit, int.MaxValue);
        _free.Clear();
        _ops.Clear();
        CollectionsMarshal.SetCount(_ops, count);
        var ops = CollectionsMarshal.AsSpan(_ops);
        var scratch = 0;
        for (var i = 0; i < count; i++)
        {
            var (asked, yes, no) = _choices[i];
            Free(asked, i);
            if (yes != asked)
                Free(yes, i);
            if (no != asked && no != yes)
                Free(no, i);
            _placed[i] = _free.TryPop(out var slot) ? slot : scratch++;
            ops[i] = new Op(At(asked), At(yes), At(no), FirstResult + _placed[i]);
        }
        foreach (ref var bit in bits.AsSpan())
            bit = At(bit);
        return scratch;
    }

    private void Use(int value, int reader)
    {
        if (value >= FirstResult)
            _lastUse[value - FirstResult] = reader;
    }

    private void Free(int value, int reader)
    {
        if (value >= FirstResult && _lastUse[value - FirstResult] == reader)
            _free.Push(_placed[value - FirstResult]);
    }

    private int At(int value) => value >= FirstResult ? FirstResult + _placed[value - FirstResult] : value;
}
