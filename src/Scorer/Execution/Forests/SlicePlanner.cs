namespace BatchEngine.Scorer.Execution.Forests;

/// <summary>Makes a <see cref="SlicePlan"/> of a forest. Pure.</summary>
internal static class SlicePlanner
{
    // A set of values costs two conditions a value; beyond this a tree is better walked.
    private const int MaxTreeConditions = 20_000;
    private const int TwoTablesCost = 8;
    private const int FourTablesCost = 32;

    /// <summary>Why a forest cannot be sliced; null means that it can.</summary>
    public static string? Refusal(ForestModel model) =>
        model.Aggregate is ForestAggregate.Min or ForestAggregate.Max ? "the aggregate is no sum"
        : model.HasRepeatedTargets() ? "a leaf names a target twice"
        : model.Sets.Sum(s => 2L * s.Length) > MaxTreeConditions ? "its sets are too large"
        : null;

    /// <summary>Makes the plan; null when a part of a large tree is too large for <see cref="TailBuilder"/>.</summary>
    /// <param name="model">A forest without <see cref="Refusal"/>.</param>
    /// <param name="walk">The same forest for the trees that are too large.</param>
    /// <param name="maxExits">Leaves of a tree that is decided in bits to its end, at most <see cref="SlicePlan.MaxExits"/>.</param>
    /// <param name="walkedExits">Exits of the top of a larger tree.</param>
    /// <param name="groupSlots">Conditions of a group; null means <see cref="SlicePlan.MaxGroupSlots"/>, or <see cref="SlicePlan.MaxWalkedGroupSlots"/> for larger trees.</param>
    public static SlicePlan? Plan(ForestModel model, WalkForest walk, int maxExits = SlicePlan.MaxExits, int walkedExits = SlicePlan.WalkedExits, int? groupSlots = null)
    {
        var tops = model.Roots.Select(r => Top(model, walk, r, maxExits, walkedExits)).ToArray();
        var (planes, ranks) = Planes(model, tops);
        var firstPlanes = new Dictionary<int, int>();
        for (var i = planes.Length - 1; i >= 0; i--)
            firstPlanes[planes[i].Feature] = i;
        var numberings = new SliceNumbering[tops.Length];
        Parallel.For(0, tops.Length, i => numberings[i] = Number(model, tops[i]));
        var isWalked = tops.Any(t => StepsBelow(t, walk) > 0);
        var tails = isWalked ? Tails(walk, tops, numberings) : null;
        if (isWalked && tails is null)
            return null;
        var (tables, tablesFrom) = isWalked ? ([], new int[tops.Length + 1]) : Tables(model, tops, numberings);
        var maxGroupSlots = groupSlots ?? (isWalked ? SlicePlan.MaxWalkedGroupSlots : SlicePlan.MaxGroupSlots);
        var slots = 0;
        SliceGroup[] Groups(bool withMissing)
        {
            var groups = new List<SliceGroup>();
            var open = new SliceGroupBuilder(model, ranks, firstPlanes, withMissing);
            for (var i = 0; i < tops.Length; i++)
            {
                open.Add(tops[i], numberings[i], tablesFrom[i], tablesFrom[i + 1]);
                if (open.ConditionCount < maxGroupSlots && i < tops.Length - 1)
                    continue;
                slots = Math.Max(slots, open.SlotCount);
                groups.Add(open.Build());
                open = new SliceGroupBuilder(model, ranks, firstPlanes, withMissing);
            }
            return [.. groups];
        }
        var dense = Groups(false);
        var answersMissing = tops.Any(t => t.Inner.Any(n => AnswersMissing(model.Nodes[n])));
        return new SlicePlan
        {
            Planes = planes,
            Dense = dense,
            Missing = answersMissing ? Groups(true) : dense,
            Tables = [.. tables],
            Tails = tails,
            Slots = slots,
        };
    }

    // A bit more may save more operations than the larger leaf table costs; the costs are operations for 512 rows.
    private static SliceNumbering Number(ForestModel model, SliceTop top)
    {
        if (top.IsShared(model))
            return SliceNumbering.Counted(top);
        var minBits = SliceNumbering.MinBits(top);
        SliceNumbering? best = null;
        var bestCost = int.MaxValue;
        for (var bits = minBits; bits <= Math.Min(SliceBits.MaxBits, minBits + 2); bits++)
        {
            var numbering = SliceNumbering.Aligned(model, top, bits);
            var values = new Dictionary<(int, float, bool), int>();
            var ops = new SliceTreeBuilder(model, top, numbering, (feature, threshold, missing) =>
            {
                var key = (feature, threshold, missing);
                return values.TryGetValue(key, out var known) ? known : values[key] = 2 + values.Count;
            }).CountOperations();
            var cost = ops + (bits switch { <= 6 => 0, 7 => TwoTablesCost, _ => FourTablesCost });
            if (cost < bestCost)
                (best, bestCost) = (numbering, cost);
        }
        return best!;
    }

    private static bool AnswersMissing(in ForestNode node) => node.Mode == BranchMode.Member ? node.MissingIsTrue : ForestSplit.Of(node).MissingIsYes;

    private static SliceTop Top(ForestModel model, WalkForest walk, int root, int maxExits, int walkedExits)
    {
        var whole = SliceTop.Of(model, walk, root, maxExits);
        return StepsBelow(whole, walk) == 0 ? whole : SliceTop.Of(model, walk, root, walkedExits);
    }

    private static int StepsBelow(SliceTop top, WalkForest walk) => top.Exits.Max(walk.HeightOf);

    private static TailForest? Tails(WalkForest walk, SliceTop[] tops, SliceNumbering[] numberings)
    {
        var builder = new TailBuilder(walk);
        for (var i = 0; i < tops.Length; i++)
            builder.Add([.. numberings[i].ExitByNumber(tops[i]).Select(walk.PlaceOf)], StepsBelow(tops[i], walk));
        return builder.Build();
    }

    private static (List<LeafTable> Tables, int[] From) Tables(ForestModel model, SliceTop[] tops, SliceNumbering[] numberings)
    {
        var tables = new List<LeafTable>();
        var from = new int[tops.Length + 1];
        for (var i = 0; i < tops.Length; i++)
        {
            int[] leaves = [.. numberings[i].ExitByNumber(tops[i]).Select(e => model.Nodes[e].True)];
            tables.AddRange(model.TargetsOf(leaves).Select(target => new LeafTable(target, [.. leaves.Select(l => model.Weight(l, target))])));
            from[i + 1] = tables.Count;
        }
        return (tables, from);
    }

    // The thresholds of the tops, feature by feature, in planes of 255.
    private static (SlicePlane[] Planes, Dictionary<(int, float), (int, int)> Ranks) Planes(ForestModel model, SliceTop[] tops)
    {
        var thresholds = new SortedDictionary<int, SortedSet<float>>();
        void Note(int feature, float threshold)
        {
            if (!thresholds.TryGetValue(feature, out var known))
                thresholds[feature] = known = [];
            if (!float.IsNaN(threshold))
                known.Add(threshold);
        }
        foreach (var node in tops.SelectMany(t => t.Inner).Select(n => model.Nodes[n]))
        {
            if (node.Mode != BranchMode.Member)
            {
                var split = ForestSplit.Of(node);
                Note(split.Feature, split.From);
                Note(split.Feature, split.Beyond);
                continue;
            }
            Note(node.Feature, float.NaN);
            foreach (var value in model.Sets[node.Set])
            {
                Note(node.Feature, value);
                Note(node.Feature, ForestSplit.After(value));
            }
        }
        var planes = new List<SlicePlane>();
        var ranks = new Dictionary<(int, float), (int, int)>();
        foreach (var (feature, known) in thresholds)
        {
            foreach (var part in known.Count == 0 ? [[]] : known.Chunk(SlicePlane.MaxThresholds))
            {
                for (var i = 0; i < part.Length; i++)
                    ranks[(feature, part[i])] = (planes.Count, i + 1);
                planes.Add(new SlicePlane(feature, part));
            }
        }
        return ([.. planes], ranks);
    }
}
