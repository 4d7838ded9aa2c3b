using BatchEngine.Scorer.Forests.Model;

namespace BatchEngine.Scorer.Forests.Graph;

/// <summary>Makes outputs of sums, as ONNX Runtime does: base values, the average, the label, the transform. Immutable.</summary>
internal sealed unsafe class ForestScores
{
    private const int MaxStackScores = 256;

    private readonly ForestModel _model;
    private readonly int _outputs;
    private readonly bool[] _has;
    private readonly bool _oneClassId;
    private readonly bool _allPositive;

    public ForestScores(ForestModel model)
    {
        _model = model;
        _outputs = model.OutputCount;
        _has = [.. ForestPresence.Of(model).Select(p => p == true)];
        _oneClassId = _outputs == 2 && NamedClasses(model) == 1;
        _allPositive = model.LeafWeights.All(w => w >= 0);
    }

    /// <summary>Why the scores of a forest cannot be finished here; null means that they can.</summary>
    public static string? Refusal(ForestModel model)
    {
        if (model.Classes is null)
        {
            return model.Aggregate is ForestAggregate.Min or ForestAggregate.Max && model.LeafWeights.Any(float.IsInfinity)
                ? "an infinite leaf weight below a minimum or maximum"
                : null;
        }
        var (classes, bases) = (model.OutputCount, model.BaseValues.Length);
        if (classes < 2)
            return "a classifier of fewer than two classes";
        if (bases > classes)
            return $"{bases} base values for {classes} classes";
        if (classes > 2)
            return null;
        var second = ForestPresence.Of(model)[1];
        if (second == true || bases == 2)
            return null;
        // The runtime leaves the second of two scores unwritten then.
        if (model.Transform == PostTransform.Probit)
            return "PROBIT of two classes with weights of one";
        return bases == 1 && NamedClasses(model) > 1 ? "one base value for two classes, the second of which only some leaves name" : null;
    }

    /// <summary>Turns sums into outputs, in place; labels are class indexes, and only a classifier's are written.</summary>
    public void Finish(float* sums, int stride, int rows, float* labels)
    {
        if (_model.Classes is null && _outputs == 1)
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
                labels[row] = _outputs == 2 ? FinishTwo(scores) : FinishClasses(scores);
            for (var i = 0; i < _outputs; i++)
                sums[((long)i * stride) + row] = scores[i];
        }
    }

    private static int NamedClasses(ForestModel model) => model.LeafTargets.Where(t => t < model.OutputCount).Distinct().Count();

    // Of a single target only PROBIT is taken, as ONNX Runtime has it; base values of another number are passed over.
    private void FinishOne(Span<float> scores)
    {
        var origin = _model.BaseValues.Length == 1 ? _model.BaseValues[0] : 0f;
        foreach (ref var score in scores)
            score = Aggregated(score) + origin;
        if (_model.Transform == PostTransform.Probit)
            ScoreTransforms.Apply(PostTransform.Probit, scores);
    }

    private void FinishTargets(Span<float> scores)
    {
        var hasBases = _model.BaseValues.Length == scores.Length;
        for (var i = 0; i < scores.Length; i++)
            scores[i] = Aggregated(scores[i]) + (hasBases ? _model.BaseValues[i] : 0);
        ScoreTransforms.Apply(_model.Transform, scores);
    }

    // A minimum that no leaf took part in is 0.
    private float Aggregated(float score) => _model.Aggregate switch
    {
        ForestAggregate.Average => score / _model.TreeCount,
        ForestAggregate.Min or ForestAggregate.Max => float.IsInfinity(score) ? 0 : score,
        _ => score,
    };

    private bool Has(ReadOnlySpan<float> scores, int c) => _has[c] || (_model.ClassCounts is [_, ..] counts && counts[c] >= 0 && scores[counts[c]] > 0);

    private float FinishClasses(Span<float> scores)
    {
        var best = -1;
        for (var i = 0; i < _outputs; i++)
        {
            var hasBase = i < _model.BaseValues.Length;
            if (hasBase)
                scores[i] += _model.BaseValues[i];
            if ((hasBase || Has(scores, i)) && (best < 0 || scores[i] > scores[best]))
                best = i;
        }
        ScoreTransforms.Apply(_model.Transform, scores[.._outputs]);
        return Math.Max(0, best);
    }

    // Two classes are told in three ways by exporters: weights for both, for the second only, or for one class that then stands for the positive one.
    private float FinishTwo(Span<float> scores)
    {
        var bases = _model.BaseValues;
        var hasSecond = Has(scores, 1);
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
        {
            // Whatever base value was added, a class without a weight counts as 0.
            scores[0] = Has(scores, 0) ? scores[0] : 0;
            scores[1] = hasSecond ? scores[1] : 0;
            ScoreTransforms.Apply(_model.Transform, scores[..2]);
        }
        else
        {
            FromOne(scores);
        }
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
}
