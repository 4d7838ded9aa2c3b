using BatchEngine.Domain;
using BatchEngine.Scorer.Inputs.Files;

namespace BatchEngine.Scorer.Inputs.Manifests;

/// <summary>Finds the files of an input and freezes what they are: only footers are read.</summary>
public static class InputCatalog
{
    /// <summary>The most files of one input.</summary>
    public const int MaxFiles = 100_000;

    /// <summary>Finds the files and reads their footers.</summary>
    /// <param name="patterns">Files, directories or URIs of them (their *.parquet files, also in directories below) and patterns: * and ? within a name, **
    /// for any
    /// directories.</param>
    /// <param name="needs">The columns that are read.</param>
    /// <param name="ct">Cancels between files.</param>
    /// <returns>The manifest; it may have zero rows, which the caller judges.</returns>
    /// <exception cref="BadInputException">Nothing matches, a file is no whole Parquet file, or a needed column is missing, unreadable or of kinds that do not
    /// go together.</exception>
    /// <exception cref="StorageFailedException">A file or directory cannot be read.</exception>
    public static Task<InputManifest> FreezeAsync(IReadOnlyList<string> patterns, InputNeeds needs, CancellationToken ct) =>
        FreezeAsync(patterns, _ => needs, InputFiles.OfThisMachine, ct);

    /// <summary>The same, where the columns that are read depend on those that there are.</summary>
    /// <param name="patterns">As above.</param>
    /// <param name="needsOf">Given the manifest with all columns, unchecked; says which of them are read.</param>
    /// <param name="files">Where the files are.</param>
    /// <param name="ct">Cancels between files.</param>
    public static Task<InputManifest> FreezeAsync(IReadOnlyList<string> patterns, Func<InputManifest, InputNeeds> needsOf, InputFiles files,
        CancellationToken ct) => Task.Run(async () =>
        {
            var found = await FilePattern.FindAllAsync(patterns, files, ct).ConfigureAwait(false);
            var footers = await ObjectFooters.ReadAsync(patterns, found.Objects, files, ct).ConfigureAwait(false);
            return Freeze(found, footers, needsOf, files, ct);
        }, ct);

    private static InputManifest Freeze(FoundFiles found, IReadOnlyDictionary<string, FileFacts> objects, Func<InputManifest, InputNeeds> needsOf,
        InputFiles inputs, CancellationToken ct)
    {
        var files = new List<InputFile>(found.Paths.Count);
        var (schema, tables) = (new MergedSchema(inputs), new LoggedTable());
        foreach (var path in found.Paths)
        {
            ct.ThrowIfCancellationRequested();
            if (objects.TryGetValue(path, out var facts))
            {
                files.Add(new InputFile(path, found.Objects[path].Bytes, found.Objects[path].ETag, facts.RowGroups));
                schema.Add(files[^1], facts.Schema);
                continue;
            }
            tables.Refuse(path);
            var (bytes, tag) = FileFooter.Read(path);
            using var reader = InputFileReader.Open(path);
            files.Add(new InputFile(path, bytes, tag, reader.RowGroupSizes()));
            schema.Add(files[^1], reader.Schema);
        }
        var manifest = new InputManifest(files, schema.Columns) { LeftOut = found.LeftOut };
        return manifest with { Columns = schema.Require(needsOf(manifest)) };
    }
}
