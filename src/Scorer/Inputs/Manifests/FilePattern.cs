using System.IO.Enumeration;
using BatchEngine.Domain;
using BatchEngine.Scorer.Inputs.Files;
using BatchEngine.Storage.Objects;

namespace BatchEngine.Scorer.Inputs.Manifests;

/// <summary>Turns paths, directories and patterns into a sorted list of files.</summary>
internal static class FilePattern
{
    private const string Extension = ".parquet";
    private const int MaxNamesShown = 5;

    /// <summary>All files that any pattern names, each once, sorted by full path (ordinal).</summary>
    /// <param name="patterns">Paths of this machine and URIs.</param>
    /// <param name="files">Knows the object stores.</param>
    /// <param name="ct">Stops between patterns and pages of listings.</param>
    public static async Task<FoundFiles> FindAllAsync(IReadOnlyList<string> patterns, InputFiles files, CancellationToken ct)
    {
        if (patterns.Count == 0)
            throw new BadInputException("input", "no path", "at least one file, directory or pattern", "Name the Parquet files to score.");
        var found = new SortedSet<string>(StringComparer.Ordinal);
        var leftOut = new SortedSet<string>(StringComparer.Ordinal);
        var objects = new Dictionary<string, ObjectEntry>(StringComparer.Ordinal);
        foreach (var pattern in patterns)
        {
            ct.ThrowIfCancellationRequested();
            if (ObjectUri.IsOne(pattern))
            {
                var uri = ObjectUri.Parse(pattern, "input");
                foreach (var entry in await new ObjectPattern(files).FindAsync(uri, leftOut, ct).ConfigureAwait(false))
                    objects[uri.With(entry.Key).ToString()] = entry;
                found.UnionWith(objects.Keys);
            }
            foreach (var path in ObjectUri.IsOne(pattern) ? [] : Find(pattern, leftOut))
            {
                found.Add(path);
                if (found.Count > InputCatalog.MaxFiles)
                    throw TooMany(pattern);
            }
        }
        if (found.Count > InputCatalog.MaxFiles)
            throw TooMany(patterns[^1]);
        return new FoundFiles([.. found],
            [.. leftOut.Where(folder => !found.Any(f => f.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal)))], objects);
    }

    /// <summary>The refusal of a pattern that names too many files.</summary>
    public static BadInputException TooMany(string pattern) => new(pattern, $"more than {InputCatalog.MaxFiles} files", $"at most {InputCatalog.MaxFiles}",
        "Split the input into several jobs, or compact the files.");

    private static IReadOnlyList<string> Find(string pattern, SortedSet<string> leftOut)
    {
        try
        {
            if (File.Exists(pattern))
                return [Path.GetFullPath(pattern)];
            var full = Path.GetFullPath(pattern);
            if (Directory.Exists(full))
                return NonEmpty(pattern, full, leftOut,
                    [.. Walk(full, ReadOnlyMemory<string>.Empty, leftOut).Where(f => f.EndsWith(Extension, StringComparison.OrdinalIgnoreCase))]);
            var parts = full.Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries);
            var literal = parts.TakeWhile(p => !p.AsSpan().ContainsAny('*', '?')).Count();
            if (literal == parts.Length)
                literal--; // a plain path that is not there
            var root = Path.GetPathRoot(full) + string.Join(Path.DirectorySeparatorChar, parts[..Math.Max(literal, 0)]);
            return NonEmpty(pattern, root, leftOut, Directory.Exists(root) ? [.. Walk(root, parts[literal..].AsMemory(), leftOut)] : []);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StorageFailedException(pattern, $"cannot be listed ({e.Message}). Check that this user may read the directory.", isTransient: false, e);
        }
    }

    /// <summary>Files below a directory that match the parts; no parts means all files at any depth. Names that begin with '.' or '_' are bookkeeping of
    /// other tools and left out, but for folders such as _day=1; so are outputs of this program, which only a pattern that names their folder reads.</summary>
    private static IEnumerable<string> Walk(string directory, ReadOnlyMemory<string> parts, SortedSet<string> leftOut)
    {
        var any = parts.Length == 0 || parts.Span[0] == "**";
        var rest = any && parts.Length > 0 ? parts[1..] : parts;
        foreach (var entry in new DirectoryInfo(directory).EnumerateFileSystemInfos())
        {
            if (entry.Name.StartsWith('.') || (entry.Name.StartsWith('_') && !entry.Name.Contains('=', StringComparison.Ordinal)))
                continue;
            if (entry is FileInfo)
            {
                if (rest.Length == 0 || (rest.Length == 1 && Matches(rest.Span[0], entry.Name)))
                    yield return entry.FullName;
                continue;
            }
            if (OwnOutput.IsOne(entry.FullName))
            {
                leftOut.Add(entry.FullName);
                continue;
            }
            if (any)
            {
                foreach (var path in Walk(entry.FullName, parts, leftOut))
                    yield return path;
            }
            if (rest.Length > 1 && Matches(rest.Span[0], entry.Name))
            {
                foreach (var path in Walk(entry.FullName, rest[1..], leftOut))
                    yield return path;
            }
        }
    }

    private static bool Matches(string part, string name) => FileSystemName.MatchesSimpleExpression(part, name, ignoreCase: false);

    private static IReadOnlyList<string> NonEmpty(string pattern, string root, SortedSet<string> leftOut, IReadOnlyList<string> found) => found.Count > 0
        ? found
        : throw new BadInputException(pattern, "no matching file", "at least one Parquet file", leftOut.Count == 0
            ? $"{Contents(root)} Check the path and the pattern."
            : $"Outputs of this program are left out, unless their folder is named without '*': for instance {leftOut.Min}.");

    /// <summary>What there is instead, as a sentence.</summary>
    private static string Contents(string root)
    {
        for (var missing = ""; ; root = Path.GetDirectoryName(root)!)
        {
            if (!Directory.Exists(root) && Path.GetDirectoryName(root) is not null)
            {
                missing = $"There is no directory {root}. ";
                continue;
            }
            var names = new DirectoryInfo(root).EnumerateFileSystemInfos().Select(e => e is DirectoryInfo ? e.Name + "/" : e.Name)
                .Order(StringComparer.Ordinal).Take(MaxNamesShown + 1).ToArray();
            var shown = string.Join(", ", names.Take(MaxNamesShown)) + (names.Length > MaxNamesShown ? ", ..." : "");
            return $"{missing}Directory {root} {(names.Length == 0 ? "is empty." : $"holds {shown}.")}";
        }
    }
}
