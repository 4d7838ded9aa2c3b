using BatchEngine.Domain;

namespace BatchEngine.Storage.Database.Models;

/// <summary>One registered model version.</summary>
/// <param name="Version">Name, number and digest.</param>
/// <param name="Signature">What it reads and gives.</param>
/// <param name="BlobName">Its bytes in the blob store.</param>
/// <param name="Bytes">The length of its bytes.</param>
/// <param name="RegisteredAt">When it was registered.</param>
/// <param name="Aliases">The aliases that point at it now, sorted.</param>
public sealed record RegisteredModel(ModelVersion Version, ModelSignature Signature, string BlobName, long Bytes, DateTimeOffset RegisteredAt,
    IReadOnlyList<string> Aliases);
