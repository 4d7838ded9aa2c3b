using System.Collections.Concurrent;
using BatchEngine.Domain;
using BatchEngine.Storage.Blobs;
using BatchEngine.Storage.Blobs.Copies;
using BatchEngine.Storage.Database.Models;

namespace BatchEngine.Registry.Models;

/// <summary>The bytes of models: brought into the blob store under their digest, and verified by it each time they are taken out. Thread-safe.</summary>
/// <param name="copies">The store, and files of what it holds.</param>
internal sealed class ModelFiles(LocalCopies copies)
{
    private const long MaxWeightBytes = 64L << 30;
    private readonly IBlobStore _blobs = copies.Blobs;

    // A model that was taken out is opened by its path later, perhaps again and again. A worker lives through many nights and their models.
    private const int MaxHeld = 64;
    private readonly ConcurrentQueue<LocalCopy> _held = new();

    /// <summary>The digest and length of a file a person named.</summary>
    /// <exception cref="BadInputException">It cannot be read, or is empty.</exception>
    public static async Task<(Digest Digest, long Bytes)> MeasureAsync(string path, CancellationToken ct)
    {
        await using var file = OpenGiven(path);
        return file.Length > 0
            ? (await Digest.OfAsync(file, ct).ConfigureAwait(false), file.Length)
            : throw new BadInputException(path, "an empty file", "an ONNX model", "Export the model again.");
    }

    /// <summary>The files that a model names, with their digests.</summary>
    /// <param name="path">The model's file.</param>
    /// <param name="locations">What it names, relative to its folder; found to be inside of it.</param>
    /// <param name="ct">Stops reading.</param>
    /// <exception cref="BadInputException">One cannot be read, or together they are too large.</exception>
    public static async Task<IReadOnlyList<WeightFile>> MeasureWeightsAsync(string path, IReadOnlyList<string> locations, CancellationToken ct)
    {
        var files = new List<WeightFile>();
        foreach (var location in locations)
        {
            await using var file = OpenGiven(PathOf(path, location));
            if (files.Sum(f => f.Bytes) + file.Length > MaxWeightBytes)
                throw new BadInputException(path, "weights of more than 64 GiB", "at most 64 GiB in all files", "Register a smaller model.");
            files.Add(new WeightFile(location, await Digest.OfAsync(file, ct).ConfigureAwait(false), file.Length));
        }
        return files;
    }

    /// <summary>Copies a model and its weight files into the store, unless they are there and sound; one that is there becomes as young as a new one, so that
    /// no
    /// sweep takes it before its row is written.</summary>
    /// <param name="path">The model's file.</param>
    /// <param name="graph">The digest of that file.</param>
    /// <param name="weights">The files that it names.</param>
    /// <param name="ct">Stops copying.</param>
    /// <returns>The blob of the model's file, and those of its weights.</returns>
    public async Task<(string Name, IReadOnlyList<StoredWeights> Weights)> StoreAsync(string path, Digest graph, IReadOnlyList<WeightFile> weights,
        CancellationToken ct)
    {
        var names = new ModelBlobNames(ModelIdentity.Of(graph, weights), weights.Count > 0);
        var stored = weights.Select(w => new StoredWeights(w, names.Weights(w.Location))).ToArray();
        foreach (var (file, name) in stored)
            await StoreOneAsync(PathOf(path, file.Location), name, file.Digest, ct).ConfigureAwait(false);
        await StoreOneAsync(path, names.Model, graph, ct).ConfigureAwait(false);
        return (names.Model, stored);
    }

    private async Task StoreOneAsync(string path, string name, Digest digest, CancellationToken ct)
    {
        if (await _blobs.RenewAsync(name, ct).ConfigureAwait(false) && await DigestOfBlobAsync(name, ct).ConfigureAwait(false) == digest)
            return;
        await using var writer = await _blobs.CreateAsync(name, ct).ConfigureAwait(false);
        await using (var file = OpenGiven(path))
        {
            if (await Digest.OfAsync(file, ct).ConfigureAwait(false) != digest)
                throw new BadInputException(path, "another content than a moment ago", "a file that nobody writes",
                    "Register it again when its export has ended.");
            file.Position = 0;
            await file.CopyToAsync(writer.Content, ct).ConfigureAwait(false);
        }
        await writer.CommitAsync(ct).ConfigureAwait(false);
        if (await DigestOfBlobAsync(name, ct).ConfigureAwait(false) is var stored && stored != digest)
        {
            await _blobs.DeleteAsync(name, ct).ConfigureAwait(false);
            throw new BadInputException(path, $"content that changed while it was copied (digest {stored.Short})", $"digest {digest.Short}",
                "Register it again when its export has ended.");
        }
    }

    /// <summary>Whether the file and all weight files of a registered model are there.</summary>
    public async Task<bool> IsStoredAsync(RegisteredModel model, CancellationToken ct)
    {
        foreach (var name in model.Weights.Select(w => w.BlobName).Append(model.BlobName))
        {
            if (await _blobs.LengthAsync(name, ct).ConfigureAwait(false) is null)
                return false;
        }
        return true;
    }

    /// <summary>A local file with exactly the bytes of a stored model; its weight files lie beside it as it names them. It stays where it is until many
    /// others were taken out.</summary>
    /// <exception cref="CorruptDataException">The stored bytes are no longer those that were put in.</exception>
    /// <exception cref="StorageFailedException">The store, or the folder of local copies, cannot be used.</exception>
    public async Task<string> TakeOutAsync(StoredModel model, CancellationToken ct)
    {
        var weights = model.Weights.Select(w => w.File).ToArray();
        var names = new ModelBlobNames(model.Digest, weights.Length > 0);
        IReadOnlyList<CopiedFile> files =
        [
            new CopiedFile(model.BlobName, Path.GetFileName(names.Model), model.Bytes - weights.Sum(w => w.Bytes),
                new ContentMark.Sha256(model.Digest, graph => ModelIdentity.Of(graph, weights))),
            .. model.Weights.Select(w => new CopiedFile(w.BlobName, w.File.Location, w.File.Bytes, new ContentMark.Sha256(w.File.Digest, d => d))),
        ];
        var copy = await copies.HoldAsync(model.Digest, files, ct).ConfigureAwait(false);
        _held.Enqueue(copy);
        if (_held.Count > MaxHeld && _held.TryDequeue(out var oldest))
            oldest.Dispose();
        return copy.Path;
    }

    private static string PathOf(string modelPath, string location) => Path.Combine(Path.GetDirectoryName(Path.GetFullPath(modelPath))!, location);

    private async Task<Digest> DigestOfBlobAsync(string name, CancellationToken ct)
    {
        await using var content = await _blobs.OpenReadAsync(name, ct).ConfigureAwait(false);
        return await Digest.OfAsync(content, ct).ConfigureAwait(false);
    }

    private static FileStream OpenGiven(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            var folder = Path.GetDirectoryName(Path.GetFullPath(path));
            var beside = Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*.onnx").Select(Path.GetFileName).OfType<string>() : [];
            throw new BadInputException(path, "no file", "an ONNX model", $"Beside it: {NearestWord.List(beside, Path.GetFileName(path), "no .onnx file")}.",
                e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException(path, $"a file that cannot be read ({e.Message})", "an ONNX model", "Give this user the right to read it.", e);
        }
    }
}
