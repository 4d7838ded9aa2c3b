using BatchEngine.Domain;
using BatchEngine.Storage.Blobs;

namespace BatchEngine.Registry.Models;

/// <summary>The bytes of models: brought into the blob store under their digest, and verified by it each time they are taken out. Thread-safe.</summary>
internal sealed class ModelFiles(IBlobStore blobs, string cacheFolder)
{
    /// <summary>The blob of a model with this digest.</summary>
    public static string BlobName(Digest digest) => $"models/{digest.Hex}.onnx";

    /// <summary>The digest and length of a file a person named.</summary>
    /// <exception cref="BadInputException">It cannot be read, or is empty.</exception>
    public static async Task<(Digest Digest, long Bytes)> MeasureAsync(string path, CancellationToken ct)
    {
        await using var file = OpenGiven(path);
        return file.Length > 0
            ? (await Digest.OfAsync(file, ct).ConfigureAwait(false), file.Length)
            : throw new BadInputException(path, "an empty file", "an ONNX model", "Export the model again.");
    }

    /// <summary>Copies a file into the store, unless its digest is there and sound; one that is there becomes as young as a new one, so that no sweep takes
    /// it before its row is written.</summary>
    public async Task StoreAsync(string path, Digest digest, CancellationToken ct)
    {
        var name = BlobName(digest);
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

    /// <summary>Whether there is a file of this digest.</summary>
    public Task<bool> IsStoredAsync(Digest digest, CancellationToken ct) => blobs.ExistsAsync(BlobName(digest), ct);

    /// <summary>A local file with exactly these bytes.</summary>
    /// <exception cref="CorruptDataException">The stored bytes no longer have this digest.</exception>
    public async Task<string> TakeOutAsync(string blobName, Digest digest, CancellationToken ct)
    {
        if (await DigestOfBlobAsync(blobName, ct).ConfigureAwait(false) is var seen && seen != digest)
            throw new CorruptDataException(blobs.LocalPath(blobName) ?? blobName, $"SHA-256 {seen}", $"{digest}");
        if (blobs.LocalPath(blobName) is { } path)
            return path;

        // The store is elsewhere: keep a copy under the digest, so that workers of this machine fetch it once.
        var cache = new LocalFolderBlobs(cacheFolder);
        var cached = new ModelFiles(cache, cacheFolder);
        if (!await cache.ExistsAsync(blobName, ct).ConfigureAwait(false) || await cached.DigestOfBlobAsync(blobName, ct).ConfigureAwait(false) != digest)
        {
            await using var writer = await cache.CreateAsync(blobName, ct).ConfigureAwait(false);
            await using (var source = await blobs.OpenReadAsync(blobName, ct).ConfigureAwait(false))
                await source.CopyToAsync(writer.Content, ct).ConfigureAwait(false);
            await writer.CommitAsync(ct).ConfigureAwait(false);
        }
        return cache.LocalPath(blobName)!;
    }

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
