using BatchEngine.Domain;

namespace BatchEngine.Storage.Database.Models;

/// <summary>One registered model version.</summary>
/// <param name="Version">Name, number and digest.</param>
/// <param name="Signature">What it reads and gives.</param>
/// <param name="BlobName">Its file in the blob store.</param>
/// <param name="Bytes">The length of its file and of its weight files together.</param>
/// <param name="RegisteredAt">When it was registered.</param>
/// <param name="Aliases">The aliases that point at it now, sorted.</param>
public sealed record RegisteredModel(ModelVersion Version, ModelSignature Signature, string BlobName, long Bytes, DateTimeOffset RegisteredAt,
    IReadOnlyList<string> Aliases)
{
    /// <summary>The files in which it keeps constants beside its graph, by location; none for a model in one file.</summary>
    public IReadOnlyList<StoredWeights> Weights { get; init; } = [];

    /// <summary>Its bytes.</summary>
    public StoredModel Stored => new(Version.Digest, BlobName, Bytes, Weights);
}
