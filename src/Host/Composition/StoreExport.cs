using System.Text.Json;
using BatchEngine.Domain;
using BatchEngine.Scorer.Outputs;
using BatchEngine.Storage.Blobs;

namespace BatchEngine.Host.Composition;

/// <summary>Copies a run's files to a place in an object store. A store renames nothing, so the manifest says what counts: it is written when everything else
/// is there, and taken away before anything that it names is.</summary>
/// <remarks>While files are copied, a document of another name holds the manifest to be. An export that was broken off goes on where it was if that document
/// is the same, for then what lies there under a name of this run was written for it; otherwise all of it is removed and written anew.</remarks>
/// <param name="blobs">Where the files are.</param>
/// <param name="target">Where they go.</param>
internal sealed class StoreExport(IBlobStore blobs, IBlobStore target)
{
    private const string Probe = "_probe.txt";
    private const int CopiesAtOnce = 4;

    /// <summary>Makes sure that objects can be written there and removed again.</summary>
    /// <exception cref="StorageFailedException">They cannot.</exception>
    public async Task ProbeAsync(CancellationToken ct)
    {
        await PutAsync(Probe, "This object can be deleted.\n"u8.ToArray(), ct).ConfigureAwait(false);
        await target.DeleteAsync(Probe, ct).ConfigureAwait(false);
    }

    /// <summary>Copies the files and writes the manifest.</summary>
    /// <param name="files">What is copied, and under which names.</param>
    /// <param name="manifest">Names them.</param>
    /// <param name="ct">Stops between files; the output is then not visible, and the next call goes on.</param>
    /// <returns>Files of an earlier export that were missing and were written again.</returns>
    public async Task<int> WriteAsync(IReadOnlyList<(Artifact Artifact, string Name)> files, byte[] manifest, CancellationToken ct)
    {
        var there = new Dictionary<string, long>(StringComparer.Ordinal);
        await foreach (var entry in target.ListAsync("", ct).ConfigureAwait(false))
            there[entry.Name] = entry.Bytes;
        var visible = await ReadAsync(OutputManifest.FileName, there, ct).ConfigureAwait(false);
        var writing = await ReadAsync(OutputManifest.WritingName, there, ct).ConfigureAwait(false);
        var isDone = visible?.AsSpan().SequenceEqual(manifest) == true;
        if (!isDone && (visible is not null || writing?.AsSpan().SequenceEqual(manifest) != true))
        {
            await ClearAsync([.. files.Select(f => f.Name), .. NamesOf(visible), .. NamesOf(writing)], there, ct).ConfigureAwait(false);
            await PutAsync(OutputManifest.WritingName, manifest, ct).ConfigureAwait(false);
        }
        var missing = files.Where(f => there.GetValueOrDefault(f.Name, -1) != f.Artifact.Bytes).ToList();
        await Parallel.ForEachAsync(missing, new ParallelOptions { MaxDegreeOfParallelism = CopiesAtOnce, CancellationToken = ct },
            async (file, stop) => await BlobCopy.ToStoreAsync(blobs, file.Artifact, target, file.Name, stop).ConfigureAwait(false)).ConfigureAwait(false);
        if (!isDone)
            await PutAsync(OutputManifest.FileName, manifest, ct).ConfigureAwait(false);
        if (!isDone || writing is not null)
            await target.DeleteAsync(OutputManifest.WritingName, ct).ConfigureAwait(false);
        return isDone ? missing.Count : 0;
    }

    /// <summary>Adds a document beside the files.</summary>
    public async Task PutAsync(string name, byte[] content, CancellationToken ct)
    {
        var writer = await target.CreateAsync(name, ct).ConfigureAwait(false);
        await using var open = writer.ConfigureAwait(false);
        await writer.Content.WriteAsync(content, ct).ConfigureAwait(false);
        await writer.CommitAsync(ct).ConfigureAwait(false);
    }

    /// <summary>Removes everything there, the manifest first.</summary>
    public async Task RemoveAsync(CancellationToken ct)
    {
        var names = new List<string>();
        await foreach (var entry in target.ListAsync("", ct).ConfigureAwait(false))
            names.Add(entry.Name);
        foreach (var name in names.OrderBy(n => n != OutputManifest.FileName))
            await target.DeleteAsync(name, ct).ConfigureAwait(false);
    }

    // The document says meanwhile that this is no input, and what is to be removed: whoever comes after a kill goes on removing.
    private async Task ClearAsync(IEnumerable<string> names, Dictionary<string, long> there, CancellationToken ct)
    {
        var old = names.Append(OutputManifest.FileName).Where(there.ContainsKey).ToHashSet(StringComparer.Ordinal);
        if (old.Count == 0)
            return;
        var removed = new { run = "removed", inputDigest = "", files = old.Order(StringComparer.Ordinal).Select(name => new { name }) };
        await PutAsync(OutputManifest.WritingName, JsonSerializer.SerializeToUtf8Bytes(removed), ct).ConfigureAwait(false);
        foreach (var name in old.OrderBy(n => n != OutputManifest.FileName))
        {
            await target.DeleteAsync(name, ct).ConfigureAwait(false);
            there.Remove(name);
        }
    }

    private async Task<byte[]?> ReadAsync(string name, Dictionary<string, long> there, CancellationToken ct)
    {
        if (!there.ContainsKey(name))
            return null;
        var content = await target.OpenReadAsync(name, ct).ConfigureAwait(false);
        await using var open = content.ConfigureAwait(false);
        using var copy = new MemoryStream();
        await content.CopyToAsync(copy, ct).ConfigureAwait(false);
        return copy.ToArray();
    }

    // What another wrote there under this name may be anything.
    private static IEnumerable<string> NamesOf(byte[]? manifest)
    {
        if (manifest is null)
            return [];
        try
        {
            using var json = JsonDocument.Parse(manifest);
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("files", out var files)
                && files.ValueKind == JsonValueKind.Array
                ? [.. files.EnumerateArray().Select(f => f.ValueKind == JsonValueKind.Object && f.TryGetProperty("name", out var name)
                    && name.ValueKind == JsonValueKind.String ? name.GetString()! : "")]
                : [];
        }
        catch (JsonException)
        {
            return [];
        }
    }
}
