namespace BatchEngine.Scheduler.Planning;

/// <summary>Which rule refused a plan. When several do, the first in this order is named.</summary>
public enum PlanRefusal
{
    /// <summary>The input has no row.</summary>
    NoRows,

    /// <summary>The run was planned before, over other input.</summary>
    InputChanged,

    /// <summary>No capacity is offered.</summary>
    NoCapacity,

    /// <summary>No option ends before the deadline.</summary>
    DeadlineImpossible,

    /// <summary>Every option that keeps the deadline costs more than the budget.</summary>
    OverBudget,
}
