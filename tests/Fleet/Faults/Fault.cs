using System.Globalization;

namespace BatchEngine.Fleet.Faults;

/// <summary>One thing that goes wrong for a while.</summary>
/// <param name="Kind">What.</param>
/// <param name="Host">Whom it meets; for the store's faults nobody, and the name is empty.</param>
/// <param name="At">When it begins, from the start of the night.</param>
/// <param name="Length">How long it lasts.</param>
internal sealed record Fault(FaultKind Kind, string Host, TimeSpan At, TimeSpan Length)
{
    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{At.TotalSeconds:0.0} s: {Host} {Kind} for {Length.TotalSeconds:0.0} s");
}
