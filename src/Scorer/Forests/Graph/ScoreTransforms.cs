using BatchEngine.Scorer.Forests.Model;

namespace BatchEngine.Scorer.Forests.Graph;

/// <summary>The post transforms of one row's scores, by ONNX Runtime's formulas in 32-bit floats.</summary>
internal static class ScoreTransforms
{
    private const float NearZero = 0.0000001f;

    /// <summary>1 / (1 + exp(-x)), without overflow.</summary>
    public static float Logistic(float x)
    {
        var v = 1 / (1 + MathF.Exp(-MathF.Abs(x)));
        return x < 0 ? 1 - v : v;
    }

    /// <summary>Transforms the scores of one row in place.</summary>
    public static void Apply(PostTransform transform, Span<float> scores)
    {
        switch (transform)
        {
            case PostTransform.Logistic:
                foreach (ref var score in scores)
                    score = Logistic(score);
                break;
            case PostTransform.Softmax:
                Softmax(scores);
                break;
            case PostTransform.SoftmaxZero:
                SoftmaxZero(scores);
                break;
            case PostTransform.Probit:
                foreach (ref var score in scores)
                    score = Probit(score);
                break;
        }
    }

    /// <summary>The value below which a normal variable lies with this probability, by the runtime's approximation; it cancels near 0.5, so every operation
    /// keeps the runtime's order. NaN outside 0 to 1.</summary>
    public static float Probit(float probability)
    {
        const float scale = 0.147f;
        var x = (2 * probability) - 1;
        var log = MathF.Log((1 - x) * (1 + x));
        var half = (2 / (MathF.PI * scale)) + (0.5f * log);
        var root = MathF.Sqrt((half * half) - (1 / scale * log));
        return 1.41421356f * ((x < 0 ? -1f : 1f) * MathF.Sqrt(-half + root));
    }

    /// <summary>Exponentials that add up to 1.</summary>
    public static void Softmax(Span<float> scores)
    {
        var largest = Largest(scores);
        var sum = 0f;
        foreach (ref var score in scores)
        {
            score = MathF.Exp(score - largest);
            sum += score;
        }
        foreach (ref var score in scores)
            score /= sum;
    }

    private static void SoftmaxZero(Span<float> scores)
    {
        var largest = Largest(scores);
        var scale = MathF.Exp(-largest);
        var sum = 0f;
        foreach (ref var score in scores)
        {
            if (score is > NearZero or < -NearZero)
            {
                score = MathF.Exp(score - largest);
                sum += score;
            }
            else
            {
                score *= scale;
            }
        }
        foreach (ref var score in scores)
            score /= sum;
    }

    private static float Largest(ReadOnlySpan<float> scores)
    {
        var largest = float.MinValue;
        foreach (var score in scores)
            largest = score > largest ? score : largest;
        return largest;
    }
}
