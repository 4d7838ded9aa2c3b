namespace BatchEngine.Domain;

/// <summary>Something the engine decided and why, kept so that a person can ask later.</summary>
/// <param name="Run">The run it concerns; null means none in particular.</param>
/// <param name="At">When it was taken, in UTC.</param>
/// <param name="Subject">What was decided on.</param>
/// <param name="Choice">What was chosen.</param>
/// <param name="Reason">The numbers and rule behind it.</param>
public sealed record Decision(RunId? Run, DateTimeOffset At, DecisionSubject Subject, string Choice, string Reason);
