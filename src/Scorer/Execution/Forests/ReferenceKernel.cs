namespace BatchEngine.Scorer.Execution.Forests;

/// <summary>The forest as its file says it, row by row, branch by branch: slow, and what every other kernel must equal bit for bit.</summary>
internal sealed unsafe class ReferenceKernel(ForestModel model) : ForestKernel
{
    /// <inheritdoc/>
    public override string Name => ForestKernels.Reference;

    /// <inheritdoc/>
    public override void Sum(float** columns, int rows, float* sums, int stride)
    {
        for (var row = 0; row < rows; row++)
        {
            for (var target = 0; target < model.TargetCount; target++)
                sums[(target * stride) + row] = StartOf(model.Aggregate);
            foreach (var root in model.Roots)
            {
                var leaf = LeafOf(root, columns, row);
                for (var i = model.LeafFrom[leaf]; i < model.LeafFrom[leaf + 1]; i++)
                {
                    ref var score = ref sums[(model.LeafTargets[i] * stride) + row];
                    score = Combine(model.Aggregate, score, model.LeafWeights[i]);
                }
            }
        }
    }

    private int LeafOf(int root, float** columns, int row)
    {
        var node = model.Nodes[root];
        while (!node.IsLeaf)
            node = model.Nodes[IsTrue(node, columns[node.Feature][row]) ? node.True : node.False];
        return node.True;
    }

    private bool IsTrue(in ForestNode node, float x) => (float.IsNaN(x) && node.MissingIsTrue) || node.Mode switch
    {
        BranchMode.AtMost => x <= node.Threshold,
        BranchMode.Below => x < node.Threshold,
        BranchMode.AtLeast => x >= node.Threshold,
        BranchMode.Above => x > node.Threshold,
        BranchMode.Equal => x == node.Threshold,
        BranchMode.NotEqual => x != node.Threshold,
        _ => model.Sets[node.Set].Contains(x),
    };
}
