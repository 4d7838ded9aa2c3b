using BatchEngine.Scorer.Features;
using BatchEngine.Scorer.Forests;

namespace BatchEngine.Scorer.Execution.Opening;

/// <summary>Runs a <see cref="ModelSet"/> in its own buffers. Not thread-safe.</summary>
internal sealed class ModelSetExecutor : IModelExecutor
{
    private readonly ModelSet _set;
    private readonly JointForestScoring? _joint;
    private readonly int[] _jointColumns;
    private readonly (IModelExecutor Executor, UnitPredictions Block, int FirstColumn)[] _others;

    public ModelSetExecutor(ModelSet set)
    {
        _set = set;
        _joint = set.Joint is { } joint ? new JointForestScoring(joint) : null;
        _jointColumns = [.. set.Joined.Select(i => set.FirstColumns[i])];
        _others = [.. Enumerable.Range(0, set.Models.Count).Except(set.Joined)
            .Select(i => (set.Models[i].CreateExecutor(), new UnitPredictions(set.Models[i].Outputs.Count, 0), set.FirstColumns[i]))];
    }

    /// <inheritdoc/>
    public LoadedModel Model => _set;

    /// <inheritdoc/>
    public void Score(FeatureMatrix features, UnitPredictions block)
    {
        block.Rows = features.Rows;
        _joint?.Score(features, block, _jointColumns);
        if (_joint is not null && _jointColumns[0] == 0 && _set.GivesConfidence)
        {
            var layout = ((LoadedForest)_set.Models[0]).OutputLayout;
            ClassConfidence.Fill(block, layout.Probabilities!);
        }
        foreach (var (executor, own, firstColumn) in _others)
        {
            executor.Score(features, own);
            for (var i = 0; i < own.OutputCount; i++)
                own.Column(i).CopyTo(block.Column(firstColumn + i));
            if (firstColumn == 0 && _set.GivesConfidence)
            {
                own.Confidence.CopyTo(block.Confidence);
                block.LabelsBesideTheLargest = own.LabelsBesideTheLargest;
            }
            foreach (var refused in own.Refused)
                block.Refuse(refused.Row, refused.Message);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _joint?.Dispose();
        foreach (var (executor, _, _) in _others)
            executor.Dispose();
    }
}
