using System.IO.Enumeration;
using BatchEngine.Domain;
using BatchEngine.Scorer.Inputs.Files;
using BatchEngine.Storage.Objects;

namespace BatchEngine.Scorer.Inputs.Manifests;

/// <summary>Finds the objects that a URI names: one object, all Parquet files below a folder, or what matches a pattern, by the rules of
/// <see cref="FilePattern"/>. A listing is read page by page, and only what matches is kept.</summary>
/// <param name="files">Knows the stores.</param>
internal sealed class ObjectPattern(InputFiles files)
{
    private const string Extension = ".parquet";

    /// <summary>The objects, unsorted.</summary>
    /// <param name="pattern">The URI.</param>
    /// <param name="leftOut">Gets the folders that are outputs of this program.</param>
    /// <param name="ct">Stops between pages.</param>
    /// <exception cref="BadInputException">Nothing matches, too much does, or it lies in a table that keeps a log.</exception>
    /// <exception cref="StorageFailedException">The store cannot be listed.</exception>
    public async Task<IReadOnlyList<ObjectEntry>> FindAsync(ObjectUri pattern, ISet<string> leftOut, CancellationToken ct)
    {
        var source = files.SourceOf(pattern);
        if (pattern.Key.Length > 0 && !pattern.Key.EndsWith('/') && await ObjectAsync(source, pattern.Key, ct).ConfigureAwait(false) is { } single)
        {
            await new LoggedObjects(pattern, source).RefuseAboveAsync(FolderOf(single.Key), ct).ConfigureAwait(false);
            return [single];
        }
        var parts = pattern.Key.TrimEnd('/').Split('/');
        var literal = parts.TakeWhile(p => !p.AsSpan().ContainsAny('*', '?')).Count();
        var root = literal == 0 ? "" : string.Join('/', parts[..literal]) + "/";
        var rest = parts[literal..];
        if (root == "/")
            (root, rest) = ("", []); // the whole bucket
        var prefix = rest.Length == 0 ? root : root + rest[0][..rest[0].AsSpan().IndexOfAny('*', '?')];
        var logs = new LoggedObjects(pattern, source);
        var outputs = new OwnObjects(pattern, source);
        var contents = new ObjectContents(pattern.With(prefix));
        var found = new List<ObjectEntry>();
        await foreach (var entry in source.ListAsync(prefix, ct).ConfigureAwait(false))
        {
            if (entry.Key.EndsWith('/'))
                continue; // stands for a folder
            contents.Add(entry.Key);
            logs.Look(entry.Key);
            outputs.Look(root, entry);
            if (Matches(rest, entry.Key[root.Length..]))
                found.Add(entry);
            if (found.Count > InputCatalog.MaxFiles)
                throw FilePattern.TooMany(pattern.ToString());
        }
        logs.RefuseAmong(found);
        await logs.RefuseAboveAsync(root, ct).ConfigureAwait(false);
        var own = await outputs.TakeOutAsync(root, found, ct).ConfigureAwait(false);
        leftOut.UnionWith(own);
        return found.Count > 0 ? found : throw new BadInputException(pattern.ToString(), "no matching object", "at least one Parquet file", own.Count == 0
            ? $"{contents} Check the bucket, the key and the pattern."
            : $"Outputs of this program are left out, unless their folder is named without '*': for instance {own[0]}.");
    }

    /// <summary>The folder of a key, with its slash; empty for one that lies in none.</summary>
    public static string FolderOf(string key) => key[..(key.LastIndexOf('/') + 1)];

    // The key itself comes before all that it begins.
    private static async Task<ObjectEntry?> ObjectAsync(IObjectSource source, string key, CancellationToken ct)
    {
        await foreach (var entry in source.ListAsync(key, ct).ConfigureAwait(false))
            return entry.Key == key ? entry : null;
        return null;
    }

    private static bool Matches(string[] parts, string below)
    {
        var names = below.Split('/');
        foreach (var name in names)
        {
            if (name.StartsWith('.') || (name.StartsWith('_') && !name.Contains('=', StringComparison.Ordinal)))
                return false;
        }
        return parts.Length == 0 ? below.EndsWith(Extension, StringComparison.OrdinalIgnoreCase) : Matches(parts, names);
    }

    private static bool Matches(ReadOnlySpan<string> parts, ReadOnlySpan<string> names)
    {
        while (parts.Length > 0)
        {
            if (parts[0] == "**")
            {
                if (parts.Length == 1)
                    return names.Length > 0;
                for (var skipped = 0; skipped < names.Length; skipped++)
                {
                    if (Matches(parts[1..], names[skipped..]))
                        return true;
                }
                return false;
            }
            if (names.Length == 0 || !FileSystemName.MatchesSimpleExpression(parts[0], names[0], ignoreCase: false))
                return false;
            parts = parts[1..];
            names = names[1..];
        }
        return names.Length == 0;
    }
}
