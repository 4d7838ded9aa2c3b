using System.Runtime.InteropServices;
using BatchEngine.Scorer.Forests.Model;

namespace BatchEngine.Scorer.Forests.Slices.Planning;

/// <summary>Collects the trees of one group after the other; each distinct condition of a group gets one slot. Not thread-safe.</summary>
internal sealed class SliceGroupBuilder(ForestModel model, SliceRanks ranks, bool withMissing)
{
    private const int FirstCondition = 2;
    private const byte Never = 16;

    // By number of a threshold and whether missing answers yes; 0 where the group has no such condition.
    private readonly int[] _slots = new int[2 * ranks.Count];
    private readonly List<(int Number, bool MissingIsYes)> _conditions = [];
    private readonly List<SliceTreeBuilder.Op> _ops = [];
    private readonly List<(SliceTree Tree, int[] Bits)> _trees = [];
    private readonly SliceTreeBuilder _builder = new(model, ranks);
    private readonly int[] _placeOfPlane = new int[ranks.Planes.Length];
    private int _scratch;

    /// <summary>Conditions of the group so far.</summary>
    public int ConditionCount => _conditions.Count;

    /// <summary>Slots the group would need now.</summary>
    public int SlotCount => FirstCondition + _conditions.Count + _scratch;

    /// <summary>Adds a tree; its bits are placed when the group is built.</summary>
    public void Add(SliceTop top, SliceNumbering numbering, int tablesFrom, int tablesTo)
    {
        var (ops, bits, scratch) = _builder.Build(top, numbering, Slot);
        var from = _ops.Count;
        _ops.AddRange(CollectionsMarshal.AsSpan(ops));
        _scratch = Math.Max(_scratch, scratch);
        _trees.Add((new SliceTree(from, _ops.Count, bits.Length, default, tablesFrom, tablesTo), bits));
    }

    /// <summary>Gives every value its slot, and begins the next group.</summary>
    public SliceGroup Build()
    {
        var (runs, conditions) = ByPlane();
        var ops = new SliceOp[_ops.Count];
        for (var i = 0; i < ops.Length; i++)
            ops[i] = new SliceOp(Place(_ops[i].Condition), Place(_ops[i].Yes), Place(_ops[i].No), Place(_ops[i].Target));
        var group = new SliceGroup(runs, conditions, ops, [.. _trees.Select(t => t.Tree with { Bits = Placed(t.Bits) })]);
        foreach (var (number, missingIsYes) in _conditions)
            _slots[KeyOf(number, missingIsYes)] = 0;
        _conditions.Clear();
        _ops.Clear();
        _trees.Clear();
        _scratch = 0;
        return group;
    }

    // The conditions of a plane stand together, in the order of their slots.
    private (SliceRun[] Runs, SliceCondition[] Conditions) ByPlane()
    {
        Array.Clear(_placeOfPlane);
        foreach (var (number, _) in _conditions)
            _placeOfPlane[ranks.PlaneOf(number)]++;
        var (runs, from) = (new List<SliceRun>(), 0);
        for (var plane = 0; plane < _placeOfPlane.Length; plane++)
        {
            var count = _placeOfPlane[plane];
            if (count > 0)
                runs.Add(new SliceRun(plane, from, from + count));
            (_placeOfPlane[plane], from) = (from, from + count);
        }
        var conditions = new SliceCondition[_conditions.Count];
        for (var i = 0; i < conditions.Length; i++)
        {
            var (number, missingIsYes) = _conditions[i];
            var (slot, rank) = (checked((ushort)(FirstCondition + i)), ranks.RankOf(number));
            conditions[_placeOfPlane[ranks.PlaneOf(number)]++] = rank == 0
                ? new SliceCondition(slot, Never, 0, true)
                : new SliceCondition(slot, (byte)(rank >> 4), (byte)(rank & 15), missingIsYes);
        }
        return ([.. runs], conditions);
    }

    private SliceBits Placed(int[] bits)
    {
        var placed = default(SliceBits);
        for (var i = 0; i < bits.Length; i++)
            placed[i] = Place(bits[i]);
        return placed;
    }

    private ushort Place(int value) =>
        checked((ushort)(value < SliceTreeBuilder.FirstResult ? value : FirstCondition + _conditions.Count + value - SliceTreeBuilder.FirstResult));

    private int Slot(int number, bool missingIsYes)
    {
        missingIsYes &= withMissing;
        if (!missingIsYes && ranks.RankOf(number) == 0)
            return SlicePlan.Zero;
        ref var slot = ref _slots[KeyOf(number, missingIsYes)];
        if (slot == 0)
        {
            slot = FirstCondition + _conditions.Count;
            _conditions.Add((number, missingIsYes));
        }
        return slot;
    }

    private static int KeyOf(int number, bool missingIsYes) => (2 * number) + (missingIsYes ? 1 : 0);
}
