namespace BatchEngine.Domain;

/// <summary>A file beside a model in which its graph keeps constants.</summary>
/// <param name="Location">Its path as the graph names it, relative to the model's folder.</param>
/// <param name="Digest">SHA-256 of the whole file.</param>
/// <param name="Bytes">Its length.</param>
public sealed record WeightFile(string Location, Digest Digest, long Bytes);
