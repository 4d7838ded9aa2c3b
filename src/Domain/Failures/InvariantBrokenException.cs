namespace BatchEngine.Domain;

/// <summary>An assumption of BatchEngine itself does not hold (counts that do not add up, a fence that went backwards). The process stops; a wrong number is
/// worse than none.</summary>
public sealed class InvariantBrokenException : BatchEngineException
{
    /// <summary>Creates the failure.</summary>
    /// <param name="invariant">The rule that was broken, in words.</param>
    /// <param name="facts">The values that break it.</param>
    public InvariantBrokenException(string invariant, string facts) : base($"Invariant broken: {invariant} ({facts}).", isTransient: false)
    {
    }
}
