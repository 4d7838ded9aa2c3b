namespace BatchEngine.Domain;

/// <summary>What happens to a run that has spent more than its budget.</summary>
public enum BudgetRule
{
    /// <summary>It is stopped, and fails; what was published before keeps serving.</summary>
    Stop,

    /// <summary>It goes on, and says so.</summary>
    Warn,
}
