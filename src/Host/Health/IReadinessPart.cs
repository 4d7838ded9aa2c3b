namespace BatchEngine.Host.Health;

/// <summary>What one part of the process says to readiness. Safe for many threads.</summary>
internal interface IReadinessPart
{
    /// <summary>Looks now. Answers soon, whatever it looks at does.</summary>
    Task<PartReadiness> LookAsync(CancellationToken ct);
}
