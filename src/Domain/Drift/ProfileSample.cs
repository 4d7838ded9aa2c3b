using System.Globalization;

namespace BatchEngine.Domain;

/// <summary>How much of a run its profiles counted, and how far they can be off for it. Immutable.</summary>
/// <param name="OneIn">One block of <see cref="ProfileSampling.BlockRows"/> rows in this number of blocks was counted; 1 means every row.</param>
/// <param name="Rows">Rows counted.</param>
/// <param name="BoundOfUnrelatedRows">The largest error of a cumulative share (so of KS, and of a missing share) when neighbouring rows are unrelated; 0 when
/// all were counted.</param>
/// <param name="BoundInAnyOrder">The same whatever the order of the rows; 0 when all were counted.</param>
public sealed record ProfileSample(int OneIn, long Rows, double BoundOfUnrelatedRows, double BoundInAnyOrder)
{
    /// <summary>What the profiles of one run say; every column counted the same rows.</summary>
    public static ProfileSample Of(IReadOnlyList<ColumnProfile> profiles)
    {
        var (oneIn, rows) = profiles.Count == 0 ? (1, 0) : (profiles[0].OneIn, profiles[0].Rows);
        return oneIn == 1
            ? new ProfileSample(1, rows, 0, 0)
            : new ProfileSample(oneIn, rows, ProfileSampling.BoundOfUnrelatedRows(rows),
                ProfileSampling.BoundInAnyOrder(rows, profiles.Max(p => p.Edges.BinCount)));
    }

    /// <inheritdoc/>
    public override string ToString() => OneIn == 1
        ? string.Create(CultureInfo.InvariantCulture, $"all {Rows:N0} rows counted")
        : string.Create(CultureInfo.InvariantCulture,
            $"one block of {ProfileSampling.BlockRows} rows in {OneIn:N0} counted, {Rows:N0} rows: a share or KS is within {BoundOfUnrelatedRows:0.0000} of "
                + $"that of all rows when neighbouring rows are unrelated, within {BoundInAnyOrder:0.000} in any order of rows, but for one case in "
                + $"{ProfileSampling.OneWrongIn:N0}");
}
