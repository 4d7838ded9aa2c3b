using BatchEngine.Domain;

namespace BatchEngine.Router.Routing;

/// <summary>One question of many.</summary>
/// <param name="Key">Of the snapshot's kind.</param>
/// <param name="Features">For a real-time score, by source column; null means none were given.</param>
public readonly record struct AskedKey(PredictionKey Key, IReadOnlyDictionary<string, object?>? Features);
