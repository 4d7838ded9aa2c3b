namespace BatchEngine.Domain;

/// <summary>What a run's coordinator has settled for everybody who works on it, wherever that is.</summary>
/// <param name="Format">The format of the plan and of what workers write; see <see cref="CurrentFormat"/>.</param>
/// <param name="PricedBy">The price folder that counts for what is metered for the run; empty means that nobody said.</param>
/// <param name="LeaseLife">How long a lease lives unless renewed; null means that nobody said.</param>
public sealed record RunTerms(int Format, string PricedBy, TimeSpan? LeaseLife)
{
    /// <summary>The format that this program writes. It reads this one and all before; it is raised when an older program could not work on a run.</summary>
    public const int CurrentFormat = 1;
}
