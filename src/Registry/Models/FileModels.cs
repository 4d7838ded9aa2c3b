using BatchEngine.Domain;
using BatchEngine.Storage.Blobs.Copies;
using BatchEngine.Storage.Database.Models;

namespace BatchEngine.Registry.Models;

/// <summary>Models that runs are planned with from a file that is not registered: kept in the blob store by digest, so that workers on other machines, and a
/// resume after the file was replaced, find the very bytes of the plan. Thread-safe; several processes may share one database and blob store.</summary>
/// <param name="models">The rows.</param>
/// <param name="copies">The bytes, and files of them.</param>
public sealed class FileModels(FileModelStore models, LocalCopies copies)
{
    private readonly ModelFiles _files = new(copies);

    /// <summary>Keeps the bytes of a model's file, for the run that is about to be recorded. What is kept already is not read again.</summary>
    /// <exception cref="BadInputException">The file changed meanwhile.</exception>
    public async Task KeepAsync(ModelVersion model, string path, IReadOnlyList<WeightFile> weights, CancellationToken ct)
    {
        if (await models.FindAsync(model.Digest, ct).ConfigureAwait(false) is { } known && await RenewAsync(known, ct).ConfigureAwait(false))
            return;
        var (graph, bytes) = await ModelFiles.MeasureAsync(path, ct).ConfigureAwait(false);
        if (ModelIdentity.Of(graph, weights) != model.Digest)
            throw new BadInputException(path, "another content than a moment ago", "a file that nobody writes",
                "Start the run again when its export has ended.");
        var (blob, stored) = await _files.StoreAsync(path, graph, weights, ct).ConfigureAwait(false);
        await models.SaveAsync(new StoredModel(model.Digest, blob, bytes + weights.Sum(w => w.Bytes), stored), ct).ConfigureAwait(false);
    }

    /// <summary>A verified local file with the bytes of a planned model; null means that they were not kept, or are gone.</summary>
    /// <exception cref="CorruptDataException">The stored bytes are no longer those that were put in.</exception>
    public async Task<string?> TakeOutAsync(Digest model, CancellationToken ct) =>
        await models.FindAsync(model, ct).ConfigureAwait(false) is { } known
            && await copies.Blobs.LengthAsync(known.BlobName, ct).ConfigureAwait(false) is not null
            ? await _files.TakeOutAsync(known, ct).ConfigureAwait(false) : null;

    // As young as if they were put in now, so that no sweep takes them before the run that names them is recorded.
    private async Task<bool> RenewAsync(StoredModel model, CancellationToken ct)
    {
        foreach (var name in model.Weights.Select(w => w.BlobName).Append(model.BlobName))
        {
            if (!await copies.Blobs.RenewAsync(name, ct).ConfigureAwait(false))
                return false;
        }
        return true;
    }
}
