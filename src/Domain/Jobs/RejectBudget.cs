using System.Globalization;

namespace BatchEngine.Domain;

/// <summary>How many rows may be rejected before the run fails; both limits hold. Immutable.</summary>
/// <param name="MaxRows">The most rejected rows.</param>
/// <param name="MaxShare">The largest share of rejected rows, 0 to 1, judged over the whole run.</param>
public sealed record RejectBudget(long MaxRows, double MaxShare)
{
    /// <summary>10,000 rows and 1 %.</summary>
    public static RejectBudget Default { get; } = new(10_000, 0.01);

    /// <summary>Whether this number of rejected rows is too many for the number that was read.</summary>
    public bool IsExceededBy(long rejected, long read) => rejected > MaxRows || (read > 0 && rejected > MaxShare * read);

    /// <summary>"10000 rows and 1 %".</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{MaxRows} rows and {MaxShare * 100:0.###} %");
}
