using BatchEngine.Domain;

namespace BatchEngine.Scorer.Inputs;

/// <summary>Finds the files of an input and freezes what they are: only footers are read.</summary>
public static class InputCatalog
{
    /// <summary>The most files of one input.</summary>
    public const int MaxFiles = 100_000;

    /// <summary>Finds the files and reads their footers.</summary>
    /// <param name="patterns">Files, directories (their *.parquet files, also in directories below) and patterns: * and ? within a name, ** for any
    /// directories.</param>
    /// <param name="neededColumns">Columns that every file must have, with the same kind.</param>
    /// <param name="ct">Cancels between files.</param>
    /// <returns>The manifest; it may have zero rows, which the caller judges.</returns>
    /// <exception cref="BadInputException">Nothing matches, a file is no whole Parquet file, or a column is missing, unreadable or of another kind.</exception>
    /// <exception cref="StorageFailedException">A file or directory cannot be read.</exception>
    public static Task<InputManifest> FreezeAsync(IReadOnlyList<string> patterns, IReadOnlyList<string> neededColumns, CancellationToken ct) =>
        Task.Run(() => Freeze(patterns, neededColumns, ct), ct);

    private static InputManifest Freeze(IReadOnlyList<string> patterns, IReadOnlyList<string> neededColumns, CancellationToken ct)
    {
        var (paths, leftOut) = FilePattern.FindAll(patterns, ct);
        var files = new List<InputFile>(paths.Count);
        IReadOnlyList<InputColumn> columns = [];
        foreach (var path in paths)
        {
            ct.ThrowIfCancellationRequested();
            var (bytes, tag) = FileFooter.Read(path);
            using var reader = InputFileReader.Open(path);
            if (files.Count == 0)
                columns = reader.Columns;
            foreach (var name in neededColumns)
            {
                var seen = reader.Schema.Find(path, name).Column;
                var expected = columns.First(c => c.Name == name);
                if (seen.Kind != expected.Kind)
                    throw InputProblems.KindDiffers(path, seen, expected, files[0].Path);
            }
            files.Add(new InputFile(path, bytes, tag, reader.RowGroupSizes()));
        }
        return new InputManifest(files, columns) { LeftOut = leftOut };
    }
}
