using System.Globalization;
using BatchEngine.Domain;

namespace BatchEngine.CostModel.Reports;

/// <summary>Picks the columns that moved most and joins their fine bins into few bars. Pure.</summary>
internal static class ReportHistograms
{
    // Within this number of days of 1970 a year has four digits.
    private const double MaxDays = 700_000;

    /// <summary>At most <see cref="DriftSection.MaxHistograms"/> histograms, the most moved first.</summary>
    /// <param name="drift">Which columns drifted; null when that was not judged.</param>
    /// <param name="baseline">Of the run that was compared with; may be empty.</param>
    /// <param name="current">Of this run.</param>
    /// <param name="columns">The input's columns: days and instants are counted as numbers, and shown as dates.</param>
    internal static IReadOnlyList<ReportHistogram> Of(DriftReport? drift, IReadOnlyList<ColumnProfile> baseline, IReadOnlyList<ColumnProfile> current,
        IReadOnlyList<InputColumn> columns)
    {
        var kinds = columns.ToDictionary(c => c.Name, c => c.Kind, StringComparer.Ordinal);
        var verdicts = drift?.Columns.ToDictionary(c => (c.Column, c.IsOutput)) ?? [];
        var before = baseline.ToDictionary(p => (p.Edges.Column, p.IsOutput));
        return [.. current.Where(p => p.Present > 0)
            .OrderBy(p => verdicts.GetValueOrDefault((p.Edges.Column, p.IsOutput))?.Verdict == DriftVerdict.Drifted ? 0 : 1)
            .ThenByDescending(p => verdicts.GetValueOrDefault((p.Edges.Column, p.IsOutput)) is { } column && column.Psi.TryGet(out var psi) ? psi : -1)
            .ThenByDescending(p => p.IsOutput).ThenBy(p => p.Edges.Column, StringComparer.Ordinal)
            .Take(DriftSection.MaxHistograms)
            .Select(p => Of(p, before.GetValueOrDefault((p.Edges.Column, p.IsOutput)), p.IsOutput ? ColumnKind.Float
                : kinds.GetValueOrDefault(p.Edges.Column, ColumnKind.Float)))];
    }

    private static ReportHistogram Of(ColumnProfile current, ColumnProfile? baseline, ColumnKind kind)
    {
        if (baseline is not null
            && (baseline.Present == 0 || !baseline.Edges.Edges.SequenceEqual(current.Edges.Edges)
            || !baseline.Edges.Categories.SequenceEqual(current.Edges.Categories)))
            baseline = null;
        var (groups, labels) = current.Edges.IsCategorical ? Categories(current, baseline) : Ranges(current, baseline, kind);
        return new ReportHistogram(current.Edges.Column, current.IsOutput, labels,
            baseline is null ? [] : [.. groups.Select(g => g.Sum(bin => baseline.Counts[bin]) / (double)baseline.Present)],
            [.. groups.Select(g => g.Sum(bin => current.Counts[bin]) / (double)current.Present)]);
    }

    /// <summary>Consecutive bins, each group holding about as many baseline rows as the next; so a flat outline is the baseline, and a slope is a
    /// shift.</summary>
    private static (List<List<int>> Groups, List<string> Labels) Ranges(ColumnProfile current, ColumnProfile? baseline, ColumnKind kind)
    {
        var reference = baseline ?? current;
        var groups = new List<List<int>> { new() };
        var rows = 0L;
        for (var bin = 0; bin < reference.Counts.Count; bin++)
        {
            groups[^1].Add(bin);
            rows += reference.Counts[bin];
            if (rows * ReportHistogram.MaxBars >= reference.Present * groups.Count && bin < reference.Counts.Count - 1
                && groups.Count < ReportHistogram.MaxBars)
                groups.Add([]);
        }

        groups.RemoveAll(g => g.Count == 0);
        var edges = current.Edges.Edges;
        return (groups, [.. groups.Select(g => edges.Count == 0 ? "all values"
            : g[0] == 0 ? (g[^1] == edges.Count ? "all values" : $"under {Text(edges[g[^1]], kind)}")
            : g[^1] == edges.Count ? $"{Text(edges[g[0] - 1], kind)} and over" : $"{Text(edges[g[0] - 1], kind)} to {Text(edges[g[^1]], kind)}")]);
    }

    /// <summary>The most frequent categories, then all others, then the unseen ones.</summary>
    private static (List<List<int>> Groups, List<string> Labels) Categories(ColumnProfile current, ColumnProfile? baseline)
    {
        var known = current.Edges.Categories.Count;
        var order = Enumerable.Range(0, known).OrderByDescending(bin => (baseline ?? current).Counts[bin]).ThenBy(bin => bin).ToList();
        var named = known <= ReportHistogram.MaxBars - 1 ? known : ReportHistogram.MaxBars - 2;
        var groups = order.Take(named).Select(bin => new List<int> { bin }).ToList();
        var labels = order.Take(named).Select(bin => current.Edges.Categories[bin]).ToList();
        if (named < known)
        {
            groups.Add([.. order.Skip(named)]);
            labels.Add(string.Create(CultureInfo.InvariantCulture, $"{known - named} others"));
        }

        groups.Add([.. Enumerable.Range(known, current.Edges.Buckets)]);
        labels.Add(current.Edges.Buckets > 1 ? "all others" : "unseen");
        return (groups, labels);
    }

    private static string Text(float value, ColumnKind kind)
    {
        var days = kind switch
        {
            ColumnKind.Date => value,
            ColumnKind.Timestamp => value / (double)(TimeSpan.TicksPerDay / TimeSpan.TicksPerMicrosecond),
            _ => double.NaN,
        };
        return Math.Abs(days) < MaxDays ? DateTimeOffset.UnixEpoch.AddDays(Math.Floor(days)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
            : Number(value);
    }

    private static string Number(float value) =>
        value.ToString(Math.Abs(value) is >= 1e6f or (> 0 and < 1e-3f) ? "0.##e0" : "0.###", CultureInfo.InvariantCulture);
}
