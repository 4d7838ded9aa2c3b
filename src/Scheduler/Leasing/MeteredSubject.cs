using BatchEngine.Domain;

namespace BatchEngine.Scheduler.Leasing;

/// <summary>Whose time is measured.</summary>
/// <param name="Run">The run it serves.</param>
/// <param name="Name">The worker or coordinator, as usage names it.</param>
/// <param name="Kind">What it does.</param>
/// <param name="Offering">What it runs on.</param>
internal sealed record MeteredSubject(RunId Run, string Name, UsageKind Kind, Offering Offering)
{
    /// <summary>The part of its time that is billed, where several workers share one rented machine. Default: all of it.</summary>
    public double BilledShare { get; init; } = 1;

    /// <summary>A coordinator is measured only while it works itself.</summary>
    public bool IsAlwaysBusy => Kind == UsageKind.RunOverhead;
}
