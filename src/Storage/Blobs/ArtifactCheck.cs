using System.Globalization;
using BatchEngine.Domain;

namespace BatchEngine.Storage.Blobs;

/// <summary>Compares blobs with what was recorded of them. Answers are sentences for decisions and messages; null means that nothing is wrong.</summary>
public static class ArtifactCheck
{
    // Questions to a store elsewhere take their time on the way, not in the store.
    private const int MaxQuestions = 32;

    /// <summary>What is wrong with each as far as the store can tell without reading it: it is missing, or has another length or another noted checksum.
    /// Says nothing about bits that the store lost.</summary>
    /// <param name="blobs">The store.</param>
    /// <param name="artifacts">What was recorded.</param>
    /// <param name="ct">Stops asking.</param>
    /// <exception cref="StorageFailedException">The store does not answer.</exception>
    public static async Task<IReadOnlyList<string?>> GlanceAsync(IBlobStore blobs, IReadOnlyList<Artifact> artifacts, CancellationToken ct)
    {
        var found = new string?[artifacts.Count];
        if (blobs is LocalFolderBlobs)
        {
            for (var i = 0; i < found.Length; i++)
                found[i] = await GlanceAsync(blobs, artifacts[i], ct).ConfigureAwait(false);
            return found;
        }
        await Parallel.ForAsync(0, found.Length, new ParallelOptions { MaxDegreeOfParallelism = MaxQuestions, CancellationToken = ct },
            async (i, token) => found[i] = await GlanceAsync(blobs, artifacts[i], token).ConfigureAwait(false)).ConfigureAwait(false);
        return found;
    }

    /// <summary>What is wrong with the blob; null means that every byte is as it was written.</summary>
    /// <param name="blobs">The store.</param>
    /// <param name="artifact">What was recorded.</param>
    /// <param name="ct">Stops reading.</param>
    /// <exception cref="StorageFailedException">The store cannot be read.</exception>
    public static async Task<string?> ReadAsync(IBlobStore blobs, Artifact artifact, CancellationToken ct)
    {
        try
        {
            await blobs.VerifyAsync(artifact.BlobName, artifact.Bytes, artifact.Checksum, ct).ConfigureAwait(false);
            return null;
        }
        catch (CorruptDataException damage)
        {
            return damage.Message;
        }
    }

    private static async Task<string?> GlanceAsync(IBlobStore blobs, Artifact artifact, CancellationToken ct)
    {
        var facts = await blobs.FactsAsync(artifact.BlobName, ct).ConfigureAwait(false);
        if (facts is null || facts.Bytes != artifact.Bytes)
            return string.Create(CultureInfo.InvariantCulture,
                $"{artifact.BlobName} is missing or has another length than {artifact.Bytes} bytes");
        return facts.Checksum is { } noted && noted != artifact.Checksum
            ? $"{artifact.BlobName} has the checksum {noted:x16}, and {artifact.Checksum:x16} was recorded" : null;
    }
}
