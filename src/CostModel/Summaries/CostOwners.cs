using BatchEngine.Domain;

namespace BatchEngine.CostModel.Summaries;

/// <summary>Which line of a summary owns an entry or a look-up. Each has one owner, so lines add up. Pure.</summary>
/// <param name="servingNames">Serving name by job; a job that is not named serves under its own name.</param>
/// <param name="grouping">What a line stands for.</param>
internal sealed class CostOwners(IReadOnlyDictionary<string, string> servingNames, CostGrouping grouping)
{
    private readonly ILookup<string, string> _jobsOf = servingNames.ToLookup(p => p.Value, p => p.Key, StringComparer.Ordinal);

    /// <summary>The line of an entry; empty means that nobody owns it.</summary>
    public string Of(SpendEntry entry) => grouping switch
    {
        CostGrouping.Run => entry.Run?.ToString() ?? "",
        CostGrouping.Model => entry.Model,
        CostGrouping.Offering => entry.Offering.ToString(),
        CostGrouping.Job => entry.Run is null ? OfName(entry.Job) : entry.Job,
        CostGrouping.ServingName => entry.Run is null ? entry.Job : servingNames.GetValueOrDefault(entry.Job, entry.Job),
        _ => throw new ArgumentOutOfRangeException(nameof(entry), grouping, "no such grouping"),
    };

    /// <summary>The line of the look-ups of a serving name, and of its endpoint; null means that lines of this grouping own none.</summary>
    public string? OfLookups(string servingName) => grouping switch
    {
        CostGrouping.Job => OfName(servingName),
        CostGrouping.ServingName => servingName,
        _ => null,
    };

    // An endpoint belongs to the only job that fills its name. Two jobs cannot tell whose it is, and then the name has a line of its own.
    private string OfName(string servingName)
    {
        if (servingName.Length == 0)
            return "";
        using var jobs = _jobsOf[servingName].GetEnumerator();
        if (!jobs.MoveNext())
            return servingName;
        var only = jobs.Current;
        return jobs.MoveNext() ? $"{servingName} (endpoint)" : only;
    }
}
