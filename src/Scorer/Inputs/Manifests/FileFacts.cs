using BatchEngine.Domain;

namespace BatchEngine.Scorer.Inputs.Manifests;

/// <summary>What planning takes from a footer.</summary>
/// <param name="RowGroups">Rows and compressed bytes of each row group.</param>
/// <param name="Schema">The columns; shared by files that have the same.</param>
internal sealed record FileFacts(IReadOnlyList<RowGroupSize> RowGroups, FileSchema Schema);
