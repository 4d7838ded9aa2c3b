using BatchEngine.Domain;

namespace BatchEngine.Storage.Database.Models;

/// <summary>A weight file of a registered model.</summary>
/// <param name="File">What it is.</param>
/// <param name="BlobName">Its bytes in the blob store.</param>
public sealed record StoredWeights(WeightFile File, string BlobName);
