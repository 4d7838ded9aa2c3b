namespace BatchEngine.Storage.Database.Models;

/// <summary>One move of an alias; kept for good.</summary>
/// <param name="Alias">The alias.</param>
/// <param name="From">The version it pointed at; null means it was new.</param>
/// <param name="To">The version it points at since.</param>
/// <param name="IsRollback">Whether it went back.</param>
/// <param name="At">When it moved.</param>
/// <param name="By">Who moved it.</param>
public sealed record AliasMove(string Alias, int? From, int To, bool IsRollback, DateTimeOffset At, string By);
