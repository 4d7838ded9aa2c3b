using BatchEngine.Scorer.Forests.Model;

namespace BatchEngine.Scorer.Forests.Walks;

/// <summary>The forest as its file says it, row by row, branch by branch: slow, and what every other kernel must equal bit for bit.</summary>
internal sealed unsafe class ReferenceKernel(ForestModel model) : AddingKernel(model)
{
    /// <inheritdoc/>
    public override string Name => KernelNames.Reference;

    /// <inheritdoc/>
    public override void Add(float** columns, int rows, float* sums, int stride)
    {
        for (var row = 0; row < rows; row++)
        {
            foreach (var root in Model.Roots)
            {
                var leaf = LeafOf(root, columns, row);
                for (var i = Model.LeafFrom[leaf]; i < Model.LeafFrom[leaf + 1]; i++)
                {
                    ref var score = ref sums[(Model.LeafTargets[i] * stride) + row];
                    score = Combine(Model.Aggregate, score, Model.LeafWeights[i]);
                }
            }
        }
    }

    private int LeafOf(int root, float** columns, int row)
    {
        var node = Model.Nodes[root];
        while (!node.IsLeaf)
            node = Model.Nodes[IsTrue(node, columns[node.Feature][row]) ? node.True : node.False];
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
        _ => Model.Sets[node.Set].Contains(x),
    };
}
