namespace BatchEngine.Scorer.Execution;

/// <summary>A row that the model itself refused while others of its batch were scored.</summary>
/// <param name="Row">Counted from 0 in the unit.</param>
/// <param name="Message">What the runtime said, without its codes and paths.</param>
public readonly record struct RefusedRow(int Row, string Message);
