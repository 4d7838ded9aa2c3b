namespace BatchEngine.Host.Health;

/// <summary>What is wrong with the schedule, for readiness. Safe for many threads.</summary>
internal interface INightProblems
{
    /// <summary>One sentence for each, without paths; empty when all is well.</summary>
    IReadOnlyList<string> Problems { get; }
}
