using BatchEngine.Domain;

namespace BatchEngine.Storage.Database.Models;

/// <summary>A model's bytes in the blob store.</summary>
/// <param name="Digest">Its identity.</param>
/// <param name="BlobName">Its file in the blob store.</param>
/// <param name="Bytes">The length of its file and of its weight files together.</param>
/// <param name="Weights">The files in which it keeps constants beside its graph, by location.</param>
public sealed record StoredModel(Digest Digest, string BlobName, long Bytes, IReadOnlyList<StoredWeights> Weights);
