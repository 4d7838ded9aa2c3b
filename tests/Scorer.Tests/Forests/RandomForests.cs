using BatchEngine.Scorer.Forests.Model;
using BatchEngine.Scorer.Forests.Walks;


namespace BatchEngine.Scorer.Tests.Forests;

/// <summary>What a random forest looks like.</summary>
public sealed record ForestShape(int Seed, int Trees, int Depth, double Stop, int Features, int Grid, bool AllModes, bool Missing, int Targets,
    bool OneTargetATree)
{
    public override string ToString() =>
        $"seed {Seed}, {Trees} trees, depth {Depth}, stop {Stop:0.00}, {Features} features, grid {Grid}, modes {AllModes}, missing {Missing}, {Targets} "
            + $"targets, one a tree {OneTargetATree}";
}

/// <summary>Makes forests and rows in which values meet thresholds, infinities, denormals and missing values.</summary>
public static class RandomForests
{
    private static readonly float[] s_special =
        [0f, -0f, float.Epsilon, -float.Epsilon, 1e-39f, float.MaxValue, float.MinValue, float.PositiveInfinity, float.NegativeInfinity, 1f, -1f];

    internal static ForestModel Make(ForestShape shape, ForestAggregate aggregate = ForestAggregate.Sum, bool withSets = true, bool stopAtRoot = true)
    {
        var random = new Random(shape.Seed);
        var builder = new ForestBuilder("random");
        var nodes = 0;
        for (var tree = 0; tree < shape.Trees; tree++)
        {
            var target = random.Next(shape.Targets);
            builder.AddRoot(Grow(builder, random, shape, shape.Depth, tree, target, withSets, stopAtRoot, ref nodes));
        }
        return builder.Build(shape.Targets, aggregate, PostTransform.None, [], null);
    }

    private static int Grow(ForestBuilder builder, Random random, ForestShape shape, int depth, int tree, int target, bool withSets, bool mayStop,
        ref int nodes)
    {
        if (depth == 0 || (mayStop && random.NextDouble() < shape.Stop))
        {
            var leaf = builder.AddLeaf();
            var at = new NodePlace(tree, nodes++);
            if (shape.OneTargetATree || shape.Targets == 1)
                builder.AddWeight(leaf, target, Weight(random), at);
            else
                for (var t = 0; t < shape.Targets; t++)
                    builder.AddWeight(leaf, t, Weight(random), at);
            return builder.Add(ForestNode.Leaf(leaf), at);
        }
        var yes = Grow(builder, random, shape, depth - 1, tree, target, withSets, true, ref nodes);
        var no = Grow(builder, random, shape, depth - 1, tree, target, withSets, true, ref nodes);
        var mode = shape.AllModes ? (BranchMode)random.Next(withSets ? 7 : 6) : BranchMode.Below;
        var set = mode == BranchMode.Member
            ? builder.AddSet([.. Enumerable.Range(0, 1 + random.Next(4)).Select(_ => (float)random.Next(1, 30)).Distinct().Order()]) : -1;
        return builder.Add(new ForestNode(mode, random.Next(shape.Features), Threshold(random, shape), shape.Missing && random.Next(2) == 0, yes, no, set),
            new NodePlace(tree, nodes++));
    }

    private static float Weight(Random random) => (float)((random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-4, 4)));

    private static float Threshold(Random random, ForestShape shape) =>
        shape.AllModes && random.Next(12) == 0 ? s_special[random.Next(s_special.Length)] : random.Next(-shape.Grid, shape.Grid) / 8f;

    /// <summary>Rows column by column; values lie on the thresholds' grid, between its points, or far out.</summary>
    public static float[][] Rows(ForestShape shape, int rows)
    {
        var random = new Random(shape.Seed ^ 0x5EED);
        return [.. Enumerable.Range(0, shape.Features).Select(_ => Enumerable.Range(0, rows).Select(_ => Value(random, shape)).ToArray())];
    }

    private static float Value(Random random, ForestShape shape) => random.Next(16) switch
    {
        0 => s_special[random.Next(s_special.Length)],
        1 when shape.Missing => float.NaN,
        2 or 3 => float.BitIncrement(random.Next(-shape.Grid, shape.Grid) / 8f),
        4 or 5 => float.BitDecrement(random.Next(-shape.Grid, shape.Grid) / 8f),
        6 or 7 => (float)((random.NextDouble() - 0.5) * shape.Grid / 3),
        _ => random.Next(-shape.Grid, shape.Grid) / 8f,
    };

    internal static unsafe float[] Score(ForestKernel kernel, float[][] columns, int targets)
    {
        var sums = new float[targets * columns[0].Length];
        Run(columns, sums, (pointers, rows, to) => kernel.Sum((float**)pointers, rows, (float*)to, rows));
        return sums;
    }

    /// <summary>Goes on from given sums.</summary>
    internal static unsafe void Add(AddingKernel kernel, float[][] columns, float[] sums) =>
        Run(columns, sums, (pointers, rows, to) => kernel.Add((float**)pointers, rows, (float*)to, rows));

    private static unsafe void Run(float[][] columns, float[] sums, Action<nint, int, nint> run)
    {
        var handles = columns.Select(c => System.Runtime.InteropServices.GCHandle.Alloc(c, System.Runtime.InteropServices.GCHandleType.Pinned)).ToArray();
        try
        {
            var addresses = handles.Select(h => h.AddrOfPinnedObject()).ToArray();
            fixed (nint* pointers = addresses)
            fixed (float* to = sums)
                run((nint)pointers, columns[0].Length, (nint)to);
        }
        finally
        {
            foreach (var handle in handles)
                handle.Free();
        }
    }
}
