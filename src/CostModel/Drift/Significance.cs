using MathNet.Numerics;

namespace BatchEngine.CostModel.Drift;

/// <summary>Probabilities of seeing a distance this large by chance alone. Pure; agrees with known quantiles of both distributions to 1e-9.</summary>
internal static class Significance
{
    /// <summary>The upper tail of the chi-square distribution.</summary>
    internal static double ChiSquare(double statistic, int degreesOfFreedom) =>
        degreesOfFreedom < 1 || statistic <= 0 ? 1 : SpecialFunctions.GammaUpperRegularized(degreesOfFreedom / 2.0, statistic / 2.0);

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
}
