using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Storage.Blobs;
using BatchEngine.Storage.Database.Models;

namespace BatchEngine.Registry.Models;

/// <summary>The bytes of models: brought into the blob store under their digest, and verified by it each time they are taken out. Thread-safe.</summary>
internal sealed class ModelFiles(IBlobStore blobs, string cacheFolder)
{
    private const long MaxWeightBytes = 64L << 30;
    private static int s_copies;

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
        if (await blobs.RenewAsync(name, ct).ConfigureAwait(false) && await DigestOfBlobAsync(name, ct).ConfigureAwait(false) == digest)
            return;
        await using var writer = await blobs.CreateAsync(name, ct).ConfigureAwait(false);
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
            await blobs.DeleteAsync(name, ct).ConfigureAwait(false);
            throw new BadInputException(path, $"content that changed while it was copied (digest {stored.Short})", $"digest {digest.Short}",
                "Register it again when its export has ended.");
        }
    }

    /// <summary>Whether the file and all weight files of a registered model are there.</summary>
    public async Task<bool> IsStoredAsync(RegisteredModel model, CancellationToken ct)
    {
        foreach (var name in model.Weights.Select(w => w.BlobName).Append(model.BlobName))
        {
            if (await blobs.LengthAsync(name, ct).ConfigureAwait(false) is null)
                return false;
        }
        return true;
    }

    /// <summary>A local file with exactly the bytes of a stored model; its weight files lie beside it as it names them.</summary>
    /// <exception cref="CorruptDataException">The stored bytes are no longer those that were put in.</exception>
    public async Task<string> TakeOutAsync(StoredModel model, CancellationToken ct)
    {
        foreach (var (file, name) in model.Weights)
        {
            if (await DigestOfBlobAsync(name, ct).ConfigureAwait(false) is var found && found != file.Digest)
                throw new CorruptDataException(blobs.PlaceOf(name), $"SHA-256 {found}", $"{file.Digest}");
        }
        var graph = await DigestOfBlobAsync(model.BlobName, ct).ConfigureAwait(false);
        if (ModelIdentity.Of(graph, [.. model.Weights.Select(w => w.File)]) is var seen && seen != model.Digest)
            throw new CorruptDataException(blobs.PlaceOf(model.BlobName), $"SHA-256 {seen}", $"{model.Digest}");
        var names = new ModelBlobNames(model.Digest, model.Weights.Count > 0);
        if (blobs.LocalPath(model.BlobName) is { } path && model.Weights.All(w => names.IsPlain(w.File.Location)))
            return path;

        // The store is elsewhere, or cannot hold the names that the model gives its files: keep a copy under the identity, so that workers of this machine
        // fetch it once.
        var copy = Path.Combine(cacheFolder, names.Model);
        await CopyOutAsync(model.BlobName, copy, graph, ct).ConfigureAwait(false);
        foreach (var (file, name) in model.Weights)
            await CopyOutAsync(name, PathOf(copy, file.Location), file.Digest, ct).ConfigureAwait(false);
        return copy;
    }

    private async Task CopyOutAsync(string blobName, string path, Digest digest, CancellationToken ct)
    {
        if (File.Exists(path))
        {
            await using var there = OpenGiven(path);
            if (await Digest.OfAsync(there, ct).ConfigureAwait(false) == digest)
                return;
        }
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var temporary = string.Create(CultureInfo.InvariantCulture, $"{path}.{Environment.ProcessId}-{Interlocked.Increment(ref s_copies)}.tmp");
        await using (var target = File.Create(temporary))
        await using (var source = await blobs.OpenReadAsync(blobName, ct).ConfigureAwait(false))
            await source.CopyToAsync(target, ct).ConfigureAwait(false);
        File.Move(temporary, path, overwrite: true);
    }

    private static string PathOf(string modelPath, string location) => Path.Combine(Path.GetDirectoryName(Path.GetFullPath(modelPath))!, location);

    private async Task<Digest> DigestOfBlobAsync(string name, CancellationToken ct)
    {
        await using var content = await blobs.OpenReadAsync(name, ct).ConfigureAwait(false);
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
