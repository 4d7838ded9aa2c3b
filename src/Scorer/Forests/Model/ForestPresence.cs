
namespace BatchEngine.Scorer.Forests.Model;

/// <summary>Counts, beside the scores, how many leaves of a row name a class that not every row's leaves name: ONNX Runtime leaves such a class out of the
/// choice of the label, and two classes are told apart by it.</summary>
internal static class ForestPresence
{
    /// <summary>Whether each target has weights. True: some tree gives it one in every leaf. False: no leaf names it. Null: it depends on the row.</summary>
    public static bool?[] Of(ForestModel model)
    {
        var (named, always) = (new bool[model.TargetCount], new bool[model.TargetCount]);
        var lastLeaf = Enumerable.Repeat(-1, model.TargetCount).ToArray();
        var leavesOfTree = new int[model.TargetCount];
        foreach (var root in model.Roots)
        {
            Array.Clear(leavesOfTree);
            var leaves = 0;
            foreach (var leaf in model.LeavesOf(root))
            {
                leaves++;
                foreach (var target in model.LeafTargets.AsSpan(model.LeafFrom[leaf]..model.LeafFrom[leaf + 1]))
                {
                    if (lastLeaf[target] != leaf)
                        leavesOfTree[target]++;
                    lastLeaf[target] = leaf;
                    named[target] = true;
                }
            }
            for (var target = 0; target < always.Length; target++)
                always[target] |= leavesOfTree[target] == leaves;
            Array.Fill(lastLeaf, -1);
        }
        return [.. named.Zip(always, (some, all) => all ? true : some ? null : (bool?)false)];
    }

    /// <summary>Adds a target for each class that depends on the row; a leaf that names the class adds 1 to it.</summary>
    public static ForestModel Add(ForestModel model)
    {
        if (model.Classes is null)
            return model;
        var presence = Of(model);
        var uncertain = Enumerable.Range(0, model.TargetCount).Where(c => presence[c] is null).ToArray();
        if (uncertain.Length == 0)
            return model;
        var counts = Enumerable.Repeat(-1, model.TargetCount).ToArray();
        for (var i = 0; i < uncertain.Length; i++)
            counts[uncertain[i]] = model.TargetCount + i;
        var (from, targets, weights) = (new List<int> { 0 }, new List<int>(), new List<float>());
        for (var leaf = 0; leaf + 1 < model.LeafFrom.Length; leaf++)
        {
            var named = model.LeafTargets[model.LeafFrom[leaf]..model.LeafFrom[leaf + 1]];
            int[] present = [.. named.Distinct().Select(c => counts[c]).Where(t => t >= 0)];
            targets.AddRange([.. named, .. present]);
            weights.AddRange([.. model.LeafWeights[model.LeafFrom[leaf]..model.LeafFrom[leaf + 1]], .. present.Select(_ => 1f)]);
            from.Add(targets.Count);
        }
        return model with
        {
            LeafFrom = [.. from],
            LeafTargets = [.. targets],
            LeafWeights = [.. weights],
            TargetCount = model.TargetCount + uncertain.Length,
            ClassCounts = counts
        };
    }
}
