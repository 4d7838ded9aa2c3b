namespace BatchEngine.Storage.Database.Copying;

/// <summary>A table that reads back from the target as it was read from the source. Immutable.</summary>
/// <param name="Name">The table.</param>
/// <param name="Rows">How many rows it has.</param>
/// <param name="Digest">Over every value of every row in the order of the primary key, equal on both sides.</param>
public sealed record CopiedTable(string Name, long Rows, string Digest);
