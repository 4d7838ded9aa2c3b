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

    /// <summary>Makes the plan.</summary>
    /// <param name="model">A forest without <see cref="Refusal"/>.</param>
    /// <param name="walk">The same forest for the trees that are too large.</param>
    /// <param name="maxExits">Exits of a tree's top, at most <see cref="SlicePlan.MaxExits"/>.</param>
    /// <param name="groupSlots">Conditions of a group; see <see cref="SlicePlan.MaxGroupSlots"/>.</param>
    public static SlicePlan Plan(ForestModel model, WalkForest walk, int maxExits = SlicePlan.MaxExits, int groupSlots = SlicePlan.MaxGroupSlots)
    {
        var tops = model.Roots.Select(r => SliceTop.Of(model, walk, r, maxExits)).ToArray();
        var (planes, ranks) = Planes(model, tops);
        var firstPlanes = new Dictionary<int, int>();
        for (var i = planes.Length - 1; i >= 0; i--)
            firstPlanes[planes[i].Feature] = i;
        var numberings = tops.Select(t => Number(model, t)).ToArray();
        var parts = Parts(model, walk, tops, numberings);
        var slots = 0;
        SliceGroup[] Groups(bool withMissing)
        {
            var groups = new List<SliceGroup>();
            var open = new SliceGroupBuilder(model, ranks, firstPlanes, withMissing);
            for (var i = 0; i < tops.Length; i++)
            {
                var part = parts.Trees[i];
                open.Add(tops[i], numberings[i], part.TablesFrom, part.TablesTo, part.ExitsFrom, part.TailSteps);
                if (open.ConditionCount < groupSlots && i < tops.Length - 1)
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
            Tables = [.. parts.Tables],
            Exits = [.. parts.Exits],
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
            }).Build().Ops.Length;
            var cost = ops + (bits switch { <= 6 => 0, 7 => TwoTablesCost, _ => FourTablesCost });
            if (cost < bestCost)
                (best, bestCost) = (numbering, cost);
        }
        return best!;
    }

    private sealed record Part(int TablesFrom, int TablesTo, int ExitsFrom, int TailSteps);

    private sealed record PartList(List<Part> Trees, List<LeafTable> Tables, List<int> Exits);

    private static bool AnswersMissing(in ForestNode node) => node.Mode == BranchMode.Member ? node.MissingIsTrue : ForestSplit.Of(node).MissingIsYes;

    private static PartList Parts(ForestModel model, WalkForest walk, SliceTop[] tops, SliceNumbering[] numberings)
    {
        var parts = new PartList([], [], []);
        for (var i = 0; i < tops.Length; i++)
        {
            var steps = tops[i].Exits.Max(walk.HeightOf);
            var exits = numberings[i].ExitByNumber(tops[i]);
            var tablesFrom = parts.Tables.Count;
            var exitsFrom = parts.Exits.Count;
            if (steps > 0)
            {
                parts.Exits.AddRange(exits.Select(walk.PlaceOf));
            }
            else
            {
                int[] leaves = [.. exits.Select(e => model.Nodes[e].True)];
                parts.Tables.AddRange(model.TargetsOf(leaves).Select(target => new LeafTable(target, [.. leaves.Select(l => model.Weight(l, target))])));
            }
            parts.Trees.Add(new Part(tablesFrom, parts.Tables.Count, exitsFrom, steps));
        }
        return parts;
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
