using System.Numerics;

namespace BatchEngine.Scorer.Features;

/// <summary>ln(1 + x) for a whole vector, from additions, multiplications and one division only, so that every machine gives the same bits.</summary>
/// <remarks>
/// With u = 1 + x = 2^k m and m within a factor of the square root of 2 of 1: ln u = k ln 2 + 2 artanh(s), s = (m - 1) / (m + 1). |s| is at most 0.172, so
/// eleven terms of the artanh series leave less than 2^-55. What rounding took from u comes back as c / u. The error is below 4 units in the last place of a
/// double.
/// </remarks>
internal static class VectorLog
{
    private const long SquareRootOfHalfBits = 0x3FE6_A09E_667F_3BCD;
    private const int MantissaBits = 52;
    private const long ExponentBias = 1_024;

    /// <summary>ln 2 in two parts: the first has trailing zeros, so that its product with k is exact.</summary>
    private const double Ln2High = 0.693147180369123816490;
    private const double Ln2Low = 1.90821492927058770002e-10;

    private const int SeriesTerms = 11;

    /// <summary>ln(1 + x); minus infinity at and below -1, so that it is never mistaken for a missing value.</summary>
    public static Vector<double> Log1P(Vector<double> x)
    {
        var one = Vector<double>.One;
        var u = one + x;
        var lost = Vector.ConditionalSelect(Vector.GreaterThanOrEqual(x, one), one - (u - x), x - (u - one)) / u;

        // The exponent is taken relative to the square root of 1/2; the bias keeps it positive, so a logical shift will do.
        var bits = Vector.AsVectorInt64(u);
        var exponent = Vector.ShiftRightLogical(bits - new Vector<long>(SquareRootOfHalfBits) + new Vector<long>(ExponentBias << MantissaBits), MantissaBits)
            - new Vector<long>(ExponentBias);
        var m = Vector.AsVectorDouble(bits - Vector.ShiftLeft(exponent, MantissaBits));
        var k = Vector.ConvertToDouble(exponent);

        var f = m - one;
        var s = f / (one + m);
        var z = s * s;
        var series = Vector<double>.Zero;
        for (var term = SeriesTerms; term >= 1; term--)
            series = z * (series + new Vector<double>(1.0 / (2 * term + 1)));
        var twice = s + s;
        var result = k * new Vector<double>(Ln2High) + (twice + (twice * series + (lost + k * new Vector<double>(Ln2Low))));

        result = Vector.ConditionalSelect(Vector.Equals(x, new Vector<double>(double.PositiveInfinity)), x, result);
        result = Vector.ConditionalSelect(Vector.LessThanOrEqual(x, -one), new Vector<double>(double.NegativeInfinity), result);
        return Vector.ConditionalSelect(Vector.Equals(x, x), result, x);
    }
}
