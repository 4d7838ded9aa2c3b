using BatchEngine.Scorer.Forests.Model;
using BatchEngine.Scorer.Forests.Walks;

namespace BatchEngine.Scorer.Forests.Slices.Planning;

/// <summary>Makes a <see cref="SlicePlan"/> of a forest.</summary>
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
    /// <param name="groupSlots">Conditions of a group; null means <see cref="SlicePlan.MaxGroupSlots"/>, or <see cref="SlicePlan.MaxWalkedGroupSlots"/> for
    /// larger trees.</param>
    public static SlicePlan? Plan(ForestModel model, WalkForest walk, int maxExits = SlicePlan.MaxExits, int walkedExits = SlicePlan.WalkedExits,
        int? groupSlots = null)
    {
        var cut = new SliceTopBuilder(model, walk, maxExits, walkedExits);
        var tops = Array.ConvertAll(model.Roots, cut.Of);
        var ranks = new SliceRanks(model, tops);
        var numberings = Numberings(model, ranks, tops);
        var isWalked = tops.Any(t => t.StepsBelow(walk) > 0);
        var tails = isWalked ? Tails(walk, tops, numberings) : null;
        if (isWalked && tails is null)
            return null;
        var (tables, tablesFrom) = isWalked ? ([], new int[tops.Length + 1]) : Tables(model, tops, numberings);
        var maxGroupSlots = groupSlots ?? (isWalked ? SlicePlan.MaxWalkedGroupSlots : SlicePlan.MaxGroupSlots);
        var slots = 0;
        SliceGroup[] Groups(bool withMissing)
        {
            var groups = new List<SliceGroup>();
            var open = new SliceGroupBuilder(model, ranks, withMissing);
            for (var i = 0; i < tops.Length; i++)
            {
                open.Add(tops[i], numberings[i], tablesFrom[i], tablesFrom[i + 1]);
                if (open.ConditionCount < maxGroupSlots && i < tops.Length - 1)
                    continue;
                slots = Math.Max(slots, open.SlotCount);
                groups.Add(open.Build());
            }
            return [.. groups];
        }
        var dense = Groups(false);
        return new SlicePlan
        {
            Planes = ranks.Planes,
            Dense = dense,
            Missing = tops.Any(t => AnswersMissing(model, t)) ? Groups(true) : dense,
            Tables = [.. tables],
            Tails = tails,
            Slots = slots,
        };
    }

    private static SliceNumbering[] Numberings(ForestModel model, SliceRanks ranks, SliceTop[] tops)
    {
        var numberings = new SliceNumbering[tops.Length];
        Parallel.For(0, tops.Length, () => (Numberer: new SliceNumberer(), Builder: new SliceTreeBuilder(model, ranks)), (i, _, own) =>
        {
            numberings[i] = Number(tops[i], own.Numberer, own.Builder);
            return own;
        }, static _ => { });
        return numberings;
    }

    // A bit more may save more operations than the larger leaf table costs; the costs are operations for 512 rows.
    private static SliceNumbering Number(SliceTop top, SliceNumberer numberer, SliceTreeBuilder builder)
    {
        if (top.IsShared)
            return SliceNumbering.Counted(top);
        numberer.Take(top);
        var minBits = SliceNumbering.MinBits(top);
        SliceNumbering? best = null;
        var bestCost = int.MaxValue;
        for (var bits = minBits; bits <= Math.Min(SliceBits.MaxBits, minBits + 2); bits++)
        {
            var numbering = numberer.Number(bits);
            var tableCost = bits switch { <= 6 => 0, 7 => TwoTablesCost, _ => FourTablesCost };
            var cost = builder.CountOperations(top, numbering, bestCost - tableCost) + tableCost;
            if (cost < bestCost)
                (best, bestCost) = (numbering, cost);
        }
        return best!;
    }

    private static bool AnswersMissing(ForestModel model, SliceTop top)
    {
        for (var i = 0; i < top.InnerCount; i++)
        {
            ref readonly var node = ref model.Nodes[top.Nodes[i]];
            if (node.Mode == BranchMode.Member ? node.MissingIsTrue : ForestSplit.Of(node).MissingIsYes)
                return true;
        }
        return false;
    }

    private static TailForest? Tails(WalkForest walk, SliceTop[] tops, SliceNumbering[] numberings)
    {
        var builder = new TailBuilder(walk);
        for (var i = 0; i < tops.Length; i++)
            builder.Add(Array.ConvertAll(numberings[i].NodeByNumber(tops[i]), walk.PlaceOf), tops[i].StepsBelow(walk));
        return builder.Build();
    }

    private static (List<LeafTable> Tables, int[] From) Tables(ForestModel model, SliceTop[] tops, SliceNumbering[] numberings)
    {
        var tables = new List<LeafTable>();
        var from = new int[tops.Length + 1];
        for (var i = 0; i < tops.Length; i++)
        {
            var leaves = Array.ConvertAll(numberings[i].NodeByNumber(tops[i]), n => model.Nodes[n].True);
            foreach (var target in model.TargetsOf(leaves))
                tables.Add(new LeafTable(target, Array.ConvertAll(leaves, l => model.Weight(l, target))));
            from[i + 1] = tables.Count;
        }
        return (tables, from);
    }
}
