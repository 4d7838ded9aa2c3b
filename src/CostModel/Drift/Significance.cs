namespace BatchEngine.CostModel.Drift;

/// <summary>Probabilities of seeing a distance this large by chance alone. Pure; agrees with known quantiles of both distributions to 1e-9.</summary>
internal static class Significance
{
    private const int MaxTerms = 10_000;
    private const double Precision = 1e-15;

    private static readonly double[] Lanczos =
    [
        0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905, -0.13857109526572012,
            9.9843695780195716e-6, 1.5056327351493116e-7,
    ];

    /// <summary>The upper tail of the chi-square distribution.</summary>
    internal static double ChiSquare(double statistic, int degreesOfFreedom) =>
        degreesOfFreedom < 1 || statistic <= 0 ? 1 : GammaUpper(degreesOfFreedom / 2.0, statistic / 2.0);

    /// <summary>Homogeneity of two rows of counts: both samples are allowed to be noisy, so a small reference does not alarm. Groups empty on both sides do
    /// not count.</summary>
    internal static double Homogeneity(IReadOnlyList<long> left, IReadOnlyList<long> right)
    {
        double leftRows = left.Sum(), rightRows = right.Sum();
        if (leftRows == 0 || rightRows == 0)
            return 1;
        var (statistic, groups) = (0.0, 0);
        for (var group = 0; group < left.Count; group++)
        {
            double both = left[group] + right[group];
            if (both == 0)
                continue;
            groups++;
            var expectedLeft = both * leftRows / (leftRows + rightRows);
            var expectedRight = both * rightRows / (leftRows + rightRows);
            statistic += ((left[group] - expectedLeft) * (left[group] - expectedLeft) / expectedLeft)
                + ((right[group] - expectedRight) * (right[group] - expectedRight) / expectedRight);
        }

        return ChiSquare(statistic, groups - 1);
    }

    /// <summary>Two shares of two samples: two-sided, both samples noisy.</summary>
    internal static double TwoShares(long leftHits, long leftRows, long rightHits, long rightRows) =>
        Homogeneity([leftHits, leftRows - leftHits], [rightHits, rightRows - rightHits]);

    /// <summary>The two-sample Kolmogorov-Smirnov limit law. With binned distances and ties the true probability is smaller still.</summary>
    internal static double KolmogorovSmirnov(double distance, long leftRows, long rightRows)
    {
        if (leftRows == 0 || rightRows == 0 || distance <= 0)
            return 1;
        var lambda = distance * Math.Sqrt((double)leftRows / (leftRows + rightRows) * rightRows);
        if (lambda < 0.2)
            return 1;
        var sum = 0.0;
        for (var k = 1; k <= 200; k++)
        {
            var term = Math.Exp(-2.0 * k * k * lambda * lambda);
            sum += k % 2 == 1 ? term : -term;
            if (term < 1e-18 * Math.Abs(sum))
                break;
        }

        return Math.Clamp(2 * sum, 0, 1);
    }

    /// <summary>The regularised upper incomplete gamma function: a series below the mean, a continued fraction above.</summary>
    private static double GammaUpper(double shape, double x)
    {
        var scale = Math.Exp((shape * Math.Log(x)) - x - LogGamma(shape));
        if (x < shape + 1)
        {
            var (term, sum) = (1 / shape, 1 / shape);
            for (var n = 1; n < MaxTerms && term > sum * Precision; n++)
                sum += term *= x / (shape + n);
            return Math.Clamp(1 - (sum * scale), 0, 1);
        }

        var b = x + 1 - shape;
        var c = 1e300;
        var d = 1 / b;
        var fraction = d;
        for (var n = 1; n < MaxTerms; n++)
        {
            var a = -n * (n - shape);
            b += 2;
            d = 1 / NotZero((a * d) + b);
            c = NotZero(b + (a / c));
            var delta = d * c;
            fraction *= delta;
            if (Math.Abs(delta - 1) < Precision)
                break;
        }

        return Math.Clamp(fraction * scale, 0, 1);
    }

    private static double NotZero(double value) => Math.Abs(value) < 1e-300 ? 1e-300 : value;

    private static double LogGamma(double z)
    {
        if (z < 0.5)
            return Math.Log(Math.PI / Math.Sin(Math.PI * z)) - LogGamma(1 - z);
        z -= 1;
        var sum = Lanczos[0];
        for (var index = 1; index < Lanczos.Length; index++)
            sum += Lanczos[index] / (z + index);
        var t = z + 7.5;
        return (0.5 * Math.Log(2 * Math.PI)) + ((z + 0.5) * Math.Log(t)) - t + Math.Log(sum);
    }
}
