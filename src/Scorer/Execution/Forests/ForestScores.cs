namespace BatchEngine.Scorer.Execution.Forests;

/// <summary>Makes outputs of sums, as ONNX Runtime does: base values, the average, the label, the transform. Immutable.</summary>
internal sealed unsafe class ForestScores
{
    private const int MaxStackScores = 256;

    private readonly ForestModel _model;
    private readonly bool[] _has;
    private readonly bool _oneClassId;
    private readonly bool _allPositive;

    public ForestScores(ForestModel model)
    {
        _model = model;
        _has = [.. Enumerable.Range(0, model.TargetCount).Select(t => AlwaysHas(model, t) == true)];
        _oneClassId = model.TargetCount == 2 && model.LeafTargets.Distinct().Count() == 1;
        _allPositive = model.LeafWeights.All(w => w >= 0);
    }

    /// <summary>Why the scores of a forest cannot be finished here; null means that they can.</summary>
    public static string? Refusal(ForestModel model)
    {
        // The runtime's approximation cancels so badly near the middle that its last digits cannot be reproduced.
        if (model.Transform == PostTransform.Probit)
            return "the post transform PROBIT is left to ONNX Runtime";
        var bases = model.BaseValues.Length;
        if (model.Classes is null)
            return bases == 0 || bases == model.TargetCount ? null : $"{bases} base values for {model.TargetCount} targets";
        if (model.TargetCount < 2)
            return "a classifier of fewer than two classes";
        if (model.TargetCount == 2 && model.LeafTargets.Distinct().Count() == 1 && bases == 2)
            return "two base values beside weights of one class";
        if (bases != 0 && bases != model.TargetCount && (bases != 1 || model.TargetCount != 2))
            return $"{bases} base values for {model.TargetCount} classes";
        for (var i = 0; i < model.TargetCount; i++)
        {
            if (AlwaysHas(model, i) is null)
                return $"class {i} has weights in only some leaves of every tree";
        }
        return null;
    }

    /// <summary>Turns sums into outputs, in place; labels are class indexes, and only a classifier's are written.</summary>
    public void Finish(float* sums, int stride, int rows, float* labels)
    {
        if (_model.Classes is null && _model.TargetCount == 1)
        {
            FinishOne(new Span<float>(sums, rows));
            return;
        }
        var scores = _model.TargetCount <= MaxStackScores ? stackalloc float[_model.TargetCount] : new float[_model.TargetCount];
        for (var row = 0; row < rows; row++)
        {
            for (var i = 0; i < scores.Length; i++)
                scores[i] = sums[((long)i * stride) + row];
            if (_model.Classes is null)
                FinishTargets(scores);
            else
                labels[row] = scores.Length == 2 ? FinishTwo(scores) : FinishClasses(scores);
            for (var i = 0; i < scores.Length; i++)
                sums[((long)i * stride) + row] = scores[i];
        }
    }

    // A single target takes no transform, as ONNX Runtime has it.
    private void FinishOne(Span<float> scores)
    {
        var origin = _model.BaseValues.Length == 1 ? _model.BaseValues[0] : 0f;
        foreach (ref var score in scores)
            score = Aggregated(score) + origin;
    }

    private void FinishTargets(Span<float> scores)
    {
        for (var i = 0; i < scores.Length; i++)
            scores[i] = Aggregated(scores[i]) + (_model.BaseValues.Length > 0 ? _model.BaseValues[i] : 0);
        ScoreTransforms.Apply(_model.Transform, scores);
    }

    // A minimum that no leaf took part in is 0.
    private float Aggregated(float score) => _model.Aggregate switch
    {
        ForestAggregate.Average => score / _model.TreeCount,
        ForestAggregate.Min or ForestAggregate.Max => float.IsInfinity(score) ? 0 : score,
        _ => score,
    };

    private float FinishClasses(Span<float> scores)
    {
        var best = -1;
        for (var i = 0; i < scores.Length; i++)
        {
            if (_model.BaseValues.Length > 0)
                scores[i] += _model.BaseValues[i];
            if ((_has[i] || _model.BaseValues.Length > 0) && (best < 0 || scores[i] > scores[best]))
                best = i;
        }
        ScoreTransforms.Apply(_model.Transform, scores);
        return Math.Max(0, best);
    }

    // Two classes are told in three ways by exporters: weights for both, for the second only, or for one class that then stands for the positive one.
    private float FinishTwo(Span<float> scores)
    {
        var bases = _model.BaseValues;
        var hasSecond = _has[1];
        if (bases.Length == 2)
        {
            if (hasSecond)
            {
                scores[1] = bases[1] + scores[0];
                scores[0] = -scores[1];
            }
            else
            {
                scores[1] += bases[1];
                scores[0] += bases[0];
            }
        }
        else if (bases.Length == 1)
        {
            scores[0] += bases[0];
        }
        var positive = hasSecond ? scores[1] : scores[0];
        var isSecond = positive > (_oneClassId && _allPositive ? 0.5f : 0);
        if (bases.Length == 2 || hasSecond)
            ScoreTransforms.Apply(_model.Transform, scores);
        else
            FromOne(scores);
        return isSecond ? 1 : 0;
    }

    private void FromOne(Span<float> scores)
    {
        var score = scores[0];
        if (_model.Transform == PostTransform.Logistic)
            (scores[0], scores[1]) = (ScoreTransforms.Logistic(-score), ScoreTransforms.Logistic(score));
        else if (_oneClassId && _allPositive)
            (scores[0], scores[1]) = (1 - score, score);
        else
            (scores[0], scores[1]) = (-score, score);
    }

    // True: some tree gives this target a weight in every leaf. False: no leaf names it. Null: it depends on the row.
    private static bool? AlwaysHas(ForestModel model, int target)
    {
        var has = new bool[model.LeafFrom.Length - 1];
        for (var leaf = 0; leaf < has.Length; leaf++)
            has[leaf] = model.LeafTargets.AsSpan(model.LeafFrom[leaf]..model.LeafFrom[leaf + 1]).Contains(target);
        if (!has.Contains(true))
            return false;
        return model.Roots.Any(root => SliceTop.LeavesOf(model, root).All(leaf => has[leaf])) ? true : null;
    }
}
