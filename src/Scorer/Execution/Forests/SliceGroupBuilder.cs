namespace BatchEngine.Scorer.Execution.Forests;

/// <summary>Collects the trees of one group; each distinct condition gets one slot. Not thread-safe.</summary>
internal sealed class SliceGroupBuilder(ForestModel model, IReadOnlyDictionary<(int Feature, float Threshold), (int Plane, int Rank)> ranks, IReadOnlyDictionary<int, int> firstPlanes, bool withMissing)
{
    private const int FirstCondition = 2;
    private const byte Never = 16;

    private readonly Dictionary<(int Feature, float Threshold, bool Missing), int> _slots = [];
    private readonly List<(int Plane, SliceCondition Condition)> _conditions = [];
    private readonly List<SliceTreeBuilder.Op> _ops = [];
    private readonly List<(SliceTree Tree, int[] Bits)> _trees = [];
    private int _scratch;

    /// <summary>Conditions so far.</summary>
    public int ConditionCount => _conditions.Count;

    /// <summary>Trees so far.</summary>
    public int TreeCount => _trees.Count;

    /// <summary>Slots it would need now.</summary>
    public int SlotCount => FirstCondition + _conditions.Count + _scratch;

    /// <summary>Adds a tree; its bits are placed when the group is built.</summary>
    public void Add(SliceTop top, SliceNumbering numbering, int tablesFrom, int tablesTo)
    {
        var (ops, bits, scratch) = new SliceTreeBuilder(model, top, numbering, Slot).Build();
        var from = _ops.Count;
        _ops.AddRange(ops);
        _scratch = Math.Max(_scratch, scratch);
        _trees.Add((new SliceTree(from, _ops.Count, bits.Length, default, tablesFrom, tablesTo), bits));
    }

    /// <summary>Gives every value its slot.</summary>
    public SliceGroup Build()
    {
        var sorted = _conditions.OrderBy(c => c.Plane).ToArray();
        var runs = new List<SliceRun>();
        for (var from = 0; from < sorted.Length;)
        {
            var to = from;
            while (to < sorted.Length && sorted[to].Plane == sorted[from].Plane)
                to++;
            runs.Add(new SliceRun(sorted[from].Plane, from, to));
            from = to;
        }
        SliceOp[] ops = [.. _ops.Select(o => new SliceOp(Place(o.Condition), Place(o.Yes), Place(o.No), Place(o.Target)))];
        return new SliceGroup([.. runs], [.. sorted.Select(c => c.Condition)], ops, [.. _trees.Select(t => t.Tree with { Bits = Placed(t.Bits) })]);
    }

    private SliceBits Placed(int[] bits)
    {
        var placed = default(SliceBits);
        for (var i = 0; i < bits.Length; i++)
            placed[i] = Place(bits[i]);
        return placed;
    }

    private ushort Place(int value) => checked((ushort)(value < SliceTreeBuilder.FirstResult ? value : FirstCondition + _conditions.Count + value - SliceTreeBuilder.FirstResult));

    private int Slot(int feature, float threshold, bool missingIsYes)
    {
        missingIsYes &= withMissing;
        var never = float.IsNaN(threshold);
        if (never && !missingIsYes)
            return SlicePlan.Zero;
        var key = (feature, threshold, missingIsYes);
        if (_slots.TryGetValue(key, out var known))
            return known;
        var slot = FirstCondition + _conditions.Count;
        var (plane, rank) = never ? (firstPlanes[feature], 0) : ranks[(feature, threshold)];
        _conditions.Add((plane, never
            ? new SliceCondition(checked((ushort)slot), Never, 0, true)
            : new SliceCondition(checked((ushort)slot), (byte)(rank >> 4), (byte)(rank & 15), missingIsYes)));
        return _slots[key] = slot;
    }
}
