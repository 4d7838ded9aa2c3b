namespace BatchEngine.Domain;

/// <summary>The frozen input of a run: files sorted by path (ordinal), their row groups and the common columns.</summary>
/// <param name="Files">Sorted by path.</param>
/// <param name="Columns">The columns of all files, in the order in which the files first show them; those that are needed have the one kind that holds all
/// files' values, and are nullable where any file's is. Files without rows decide nothing.</param>
public sealed record InputManifest(IReadOnlyList<InputFile> Files, IReadOnlyList<InputColumn> Columns)
{
    /// <summary>Folders inside the input that are outputs of this program and were left out; not part of the input's identity.</summary>
    public IReadOnlyList<string> LeftOut { get; init; } = [];

    /// <summary>The same as a sentence; null when nothing was left out.</summary>
    public string? LeftOutNote => LeftOut.Count == 0 ? null
        : FormattableString.Invariant($"left out of the input, as outputs of this program: {LeftOut.Count} folder(s), for instance {LeftOut[0]}");

    /// <summary>The columns that the files' folders give, as a sentence; null without any.</summary>
    public string? PartitionNote => Columns.Where(c => c.IsPartOfPath).Select(c => c.Name).ToArray() is { Length: > 0 } names
        ? $"columns that the folders give: {string.Join(", ", names)}" : null;

    /// <summary>Rows of all files.</summary>
    public long Rows => Files.Sum(f => f.Rows);

    /// <summary>Bytes of all files.</summary>
    public long Bytes => Files.Sum(f => f.Bytes);

    /// <summary>SHA-256 over paths, tags and row counts: equal digests are the same input.</summary>
    public Digest Digest => Digest.Of(
        string.Join('\n', Files.Select(f => $"{f.Path}\t{f.ContentTag}\t{f.Bytes}\t{string.Join(',', f.RowGroups.Select(g => g.Rows))}")));
}
