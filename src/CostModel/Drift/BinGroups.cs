using BatchEngine.Domain;

namespace BatchEngine.CostModel.Drift;

/// <summary>
/// Fine bins joined into about ten groups that hold enough rows to compare. Pure. Numeric bins are joined in order until a group holds about a tenth of both
/// samples together (each sample weighing the same, whatever its size), so a heavy tail is cut where its rows are and values that only one sample has keep a
/// group of their own. Categories, and the values of a column that has few, stay apart unless too few rows are expected in them; those go into one group of
/// rare ones.
/// </summary>
internal sealed class BinGroups
{
    /// <summary>A numeric group is closed when it holds so large a share.</summary>
    internal const double GroupShare = 0.1;

    /// <summary>The least rows of the smaller sample that a group is expected to hold (Cochran's rule for the chi-square test).</summary>
    internal const double MinExpectedRows = 5;

    private BinGroups(IReadOnlyList<(int From, int ToExclusive)> ranges, IReadOnlyList<long> baseline, IReadOnlyList<long> current)
    {
        Ranges = ranges;
        Baseline = baseline;
        Current = current;
    }

    /// <summary>The fine bins of each group; for categories the position in the kept order, and the last group may be the rare ones.</summary>
    internal IReadOnlyList<(int From, int ToExclusive)> Ranges { get; }

    /// <summary>Baseline rows a group.</summary>
    internal IReadOnlyList<long> Baseline { get; }

    /// <summary>Current rows a group.</summary>
    internal IReadOnlyList<long> Current { get; }

    /// <summary>Joins the bins of two profiles over the same edges; both have rows with a value.</summary>
    internal static BinGroups Of(ColumnProfile baseline, ColumnProfile current) =>
        baseline.Edges.IsCategorical || baseline.Edges.IsOfValues ? OfCategories(baseline, current) : OfNumbers(baseline, current);

    private static BinGroups OfNumbers(ColumnProfile baseline, ColumnProfile current)
    {
        double baselineRows = baseline.Present, currentRows = current.Present;
        var smaller = Math.Min(baselineRows, currentRows) / (baselineRows + currentRows);
        var ranges = new List<(int From, int ToExclusive)>();
        var (from, share, rows) = (0, 0.0, 0.0);
        for (var bin = 0; bin < baseline.Counts.Count; bin++)
        {
            var binRows = (double)baseline.Counts[bin] + current.Counts[bin];
            var binShare = ((baseline.Counts[bin] / baselineRows) + (current.Counts[bin] / currentRows)) / 2;
            if (bin > from && binShare >= GroupShare && share >= GroupShare / 2 && rows * smaller >= MinExpectedRows)
                Close(bin);
            share += binShare;
            rows += binRows;
            if (share >= GroupShare && rows * smaller >= MinExpectedRows)
                Close(bin + 1);
        }

        if (from < baseline.Counts.Count && (ranges.Count == 0 || (share >= GroupShare / 2 && rows * smaller >= MinExpectedRows)))
            Close(baseline.Counts.Count);
        else if (from < baseline.Counts.Count)
            ranges[^1] = (ranges[^1].From, baseline.Counts.Count);
        return new BinGroups(ranges, [.. ranges.Select(r => SumOf(baseline.Counts, r))], [.. ranges.Select(r => SumOf(current.Counts, r))]);

        void Close(int end)
        {
            ranges.Add((from, end));
            (from, share, rows) = (end, 0, 0);
        }
    }

    private static BinGroups OfCategories(ColumnProfile baseline, ColumnProfile current)
    {
        double baselineRows = baseline.Present, currentRows = current.Present;
        var smaller = Math.Min(baselineRows, currentRows) / (baselineRows + currentRows);
        var ranges = new List<(int, int)>();
        var left = new List<long>();
        var right = new List<long>();
        var (rareLeft, rareRight) = (0L, 0L);
        for (var bin = 0; bin < baseline.Counts.Count; bin++)
        {
            if ((baseline.Counts[bin] + current.Counts[bin]) * smaller < MinExpectedRows)
            {
                rareLeft += baseline.Counts[bin];
                rareRight += current.Counts[bin];
                continue;
            }

            ranges.Add((bin, bin + 1));
            left.Add(baseline.Counts[bin]);
            right.Add(current.Counts[bin]);
        }

        if (rareLeft + rareRight > 0)
        {
            var smallest = left.Count == 0 || (rareLeft + rareRight) * smaller >= MinExpectedRows ? -1
                : Enumerable.Range(0, left.Count).MinBy(g => left[g] + right[g]);
            if (smallest < 0)
            {
                ranges.Add((baseline.Counts.Count, baseline.Counts.Count));
                left.Add(rareLeft);
                right.Add(rareRight);
            }
            else
            {
                left[smallest] += rareLeft;
                right[smallest] += rareRight;
            }
        }

        return new BinGroups(ranges, left, right);
    }

    private static long SumOf(IReadOnlyList<long> counts, (int From, int ToExclusive) range)
    {
        var sum = 0L;
        for (var bin = range.From; bin < range.ToExclusive; bin++)
            sum += counts[bin];
        return sum;
    }
}
