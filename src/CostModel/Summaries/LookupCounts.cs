using BatchEngine.Domain;

namespace BatchEngine.CostModel.Summaries;

/// <summary>What became of look-ups: served + refused + diagnostic = requests. Not measured where look-ups are not counted.</summary>
/// <param name="Served">Applications got a prediction.</param>
/// <param name="Refused">Applications got none, and the reason.</param>
/// <param name="Diagnostic">A person looked what would be answered (`batchengine lookup`).</param>
public sealed record LookupCounts(Measured<long> Served, Measured<long> Refused, Measured<long> Diagnostic)
{
    /// <summary>All of them.</summary>
    public Measured<long> Requests => Served.TryGet(out var served) && Refused.TryGet(out var refused) && Diagnostic.TryGet(out var diagnostic)
        ? Measured<long>.Of(served + refused + diagnostic) : Measured<long>.NotMeasured(Served.Reason ?? "look-ups were not counted");

    /// <summary>They are not counted here.</summary>
    public static LookupCounts NotMeasured(string why)
    {
        var unknown = Measured<long>.NotMeasured(why);
        return new(unknown, unknown, unknown);
    }

    /// <summary>Sums counts.</summary>
    public static LookupCounts Of(IEnumerable<ServedCount> counts)
    {
        var (served, refused, diagnostic) = (0L, 0L, 0L);
        foreach (var count in counts)
        {
            if (count.IsDiagnostic)
                diagnostic += count.Count;
            else if (count.Source == AnswerSource.Refused)
                refused += count.Count;
            else
                served += count.Count;
        }

        return new(Measured<long>.Of(served), Measured<long>.Of(refused), Measured<long>.Of(diagnostic));
    }
}
