using BatchEngine.Storage.Objects;

namespace BatchEngine.Scorer.Inputs.Manifests;

/// <summary>Knows the outputs of this program again when they lie inside an input that is listed, as <see cref="OwnOutput"/> does of folders. Not
/// thread-safe.</summary>
/// <param name="bucket">The bucket that is listed.</param>
/// <param name="source">The bucket.</param>
internal sealed class OwnObjects(ObjectUri bucket, IObjectSource source)
{
    // The folder with its slash, and what may be its manifest; no entry for a folder that is known by its name.
    private readonly SortedDictionary<string, ObjectEntry?> _folders = new(StringComparer.Ordinal);

    /// <summary>Notes a manifest, or a folder that is being written.</summary>
    /// <param name="root">Folders strictly below are looked at.</param>
    /// <param name="entry">An object below.</param>
    public void Look(string root, ObjectEntry entry)
    {
        var folder = ObjectPattern.FolderOf(entry.Key);
        if (folder.Length <= root.Length)
            return;
        if (OwnOutput.IsManifestName(entry.Key[folder.Length..]))
            _folders[folder] = entry;
        var at = entry.Key.IndexOf(OwnOutput.PartialSuffix + "/", root.Length, StringComparison.Ordinal);
        if (at >= 0)
            _folders[entry.Key[..(at + OwnOutput.PartialSuffix.Length + 1)]] = null;
    }

    /// <summary>Takes the objects of outputs out of what was found.</summary>
    /// <param name="root">As above.</param>
    /// <param name="found">What was found; loses the objects of outputs.</param>
    /// <param name="ct">Stops between manifests.</param>
    /// <returns>The URIs of the outputs, sorted.</returns>
    public async Task<IReadOnlyList<string>> TakeOutAsync(string root, List<ObjectEntry> found, CancellationToken ct)
    {
        if (_folders.Count == 0)
            return [];
        var above = found.Select(f => ObjectPattern.FolderOf(f.Key)).Distinct(StringComparer.Ordinal)
            .SelectMany(folder => Above(folder, root.Length)).ToHashSet(StringComparer.Ordinal);
        var own = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (folder, manifest) in _folders)
        {
            if (above.Contains(folder) && (manifest is not { } entry || await IsManifestAsync(entry, ct).ConfigureAwait(false)))
                own.Add(folder);
        }
        found.RemoveAll(f => Above(ObjectPattern.FolderOf(f.Key), root.Length).Any(own.Contains));
        return [.. own.Select(folder => bucket.With(folder.TrimEnd('/')).ToString()).Order(StringComparer.Ordinal)];
    }

    // The folder, and those that it lies in.
    private static IEnumerable<string> Above(string folder, int length)
    {
        for (; folder.Length > length; folder = ObjectPattern.FolderOf(folder[..^1]))
            yield return folder;
    }

    private async Task<bool> IsManifestAsync(ObjectEntry entry, CancellationToken ct)
    {
        if (entry.Bytes > OwnOutput.MaxManifestBytes)
            return false;
        var content = new byte[entry.Bytes];
        // One that is replaced meanwhile is being written.
        return await source.ReadAsync(entry.Key, entry.ETag, 0, content, ct).ConfigureAwait(false) != entry.ETag
            || OwnOutput.IsManifest(new MemoryStream(content));
    }
}
