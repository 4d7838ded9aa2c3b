using BatchEngine.Domain;

namespace BatchEngine.Scorer.Sharding;

/// <summary>What a worker counts for drift.</summary>
/// <param name="Edges">Bins by column.</param>
/// <param name="Rows">The rows of the run by which profiles are sampled.</param>
internal sealed record ScoringProfiles(IReadOnlyDictionary<string, BinEdges> Edges, long Rows);
