using BatchEngine.Domain;
using BatchEngine.Storage.Objects;

namespace BatchEngine.Scorer.Inputs.Manifests;

/// <summary>Refuses objects of tables that keep a log of which files count, as <see cref="LoggedTable"/> does of files. Not thread-safe.</summary>
/// <param name="bucket">The bucket that is listed.</param>
/// <param name="source">The bucket.</param>
internal sealed class LoggedObjects(ObjectUri bucket, IObjectSource source)
{
    private const string Metadata = "metadata/";
    private const string MetadataEnd = ".metadata.json";

    /// <summary>Objects of a folder "metadata" that are looked at when it is not listed anyway.</summary>
    private const int MaxLooked = 1_000;

    private static readonly (string Folder, string System)[] s_logs = [("_delta_log/", LoggedTable.Delta), (".hoodie/", LoggedTable.Hudi)];

    private readonly Dictionary<string, string> _tables = new(StringComparer.Ordinal);

    /// <summary>Notes the table of a log.</summary>
    public void Look(string key)
    {
        foreach (var (folder, system) in s_logs)
        {
            if (Start(key, folder) is { } table)
                _tables[table] = system;
        }
        if (key.EndsWith(MetadataEnd, StringComparison.Ordinal) && ObjectPattern.FolderOf(key) is var metadata && Start(metadata, Metadata) is { } iceberg
            && metadata.Length == iceberg.Length + Metadata.Length)
            _tables[iceberg] = LoggedTable.Iceberg;
    }

    /// <summary>Looks whether any of the objects lies in a table that was noted.</summary>
    /// <exception cref="BadInputException">One does.</exception>
    public void RefuseAmong(IReadOnlyList<ObjectEntry> found)
    {
        foreach (var (folder, system) in _tables.OrderBy(t => t.Key, StringComparer.Ordinal))
        {
            if (found.Any(f => f.Key.StartsWith(folder, StringComparison.Ordinal)))
                throw Refused(folder, system);
        }
    }

    /// <summary>Looks into the folder and every one above it, up to the bucket.</summary>
    /// <exception cref="BadInputException">One of them is such a table.</exception>
    public async Task RefuseAboveAsync(string folder, CancellationToken ct)
    {
        for (var isLast = false; !isLast; folder = isLast ? "" : ObjectPattern.FolderOf(folder[..^1]))
        {
            isLast = folder.Length == 0;
            foreach (var (log, system) in s_logs)
            {
                if (await HasAsync(folder + log, 1, _ => true, ct).ConfigureAwait(false))
                    throw Refused(folder, system);
            }
            var metadata = folder + Metadata;
            if (await HasAsync(metadata, MaxLooked, key =>
                key.EndsWith(MetadataEnd, StringComparison.Ordinal) && !key.AsSpan(metadata.Length).Contains('/'), ct)
                .ConfigureAwait(false))
                throw Refused(folder, LoggedTable.Iceberg);
        }
    }

    // Who may list the folder of the input alone cannot know of a log above it, nor can we.
    private async Task<bool> HasAsync(string prefix, int most, Func<string, bool> isOne, CancellationToken ct)
    {
        try
        {
            await foreach (var entry in source.ListAsync(prefix, ct).ConfigureAwait(false))
            {
                if (isOne(entry.Key))
                    return true;
                if (--most == 0)
                    return false;
            }
            return false;
        }
        catch (StorageFailedException refused) when (!refused.IsTransient)
        {
            return false;
        }
    }

    private static string? Start(string key, string folder)
    {
        var at = key.StartsWith(folder, StringComparison.Ordinal) ? 0 : key.IndexOf("/" + folder, StringComparison.Ordinal) + 1;
        return at > 0 || key.StartsWith(folder, StringComparison.Ordinal) ? key[..at] : null;
    }

    private BadInputException Refused(string folder, string system) => LoggedTable.Refused(bucket.With(folder).ToString(), system);
}
