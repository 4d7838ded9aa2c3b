namespace BatchEngine.CostModel.Ledger;

/// <summary>Who answers look-ups.</summary>
/// <param name="Subject">The process's name in usage records; no other has it.</param>
/// <param name="Beat">How often its books are written.</param>
/// <param name="IsDiagnostic">Whether a person looks what would be answered: its look-ups are counted apart, and nobody's name owns its idle time.</param>
public sealed record EndpointIdentity(string Subject, TimeSpan Beat, bool IsDiagnostic);
