namespace BatchEngine.Storage.Database.Copying;

/// <summary>What was copied. Immutable.</summary>
/// <param name="From">The source, as it may be shown.</param>
/// <param name="To">The target, as it may be shown.</param>
/// <param name="Tables">Each table, parents before the tables that refer to them.</param>
public sealed record CopiedState(string From, string To, IReadOnlyList<CopiedTable> Tables);
