using BatchEngine.Domain;

namespace BatchEngine.Scorer.Graphs;

/// <summary>A model as a whole: its file and the weight files that it names. Immutable; reads files when asked.</summary>
/// <param name="Path">The model's file.</param>
/// <param name="WeightFiles">What it names, relative to its folder.</param>
public sealed record ModelContent(string Path, IReadOnlyList<string> WeightFiles)
{
    /// <summary>The length of all files together.</summary>
    public long Bytes => new FileInfo(Path).Length + WeightFiles.Sum(f => new FileInfo(WeightFolder.PathOf(Path, f)).Length);

    /// <summary>The identity of the model: <see cref="ModelIdentity"/>. Reads every file.</summary>
    /// <exception cref="StorageFailedException">A file cannot be read.</exception>
    public Digest Digest => ModelIdentity.Of(DigestOf(Path),
        [.. WeightFiles.Select(f => (Location: f, Path: WeightFolder.PathOf(Path, f)))
            .Select(f => new WeightFile(f.Location, DigestOf(f.Path), new FileInfo(f.Path).Length))]);

    /// <summary>Reads which files belong to a model.</summary>
    /// <exception cref="BadInputException">It is no model, or names a file that is not in its folder.</exception>
    public static ModelContent Of(string path) => new(path, OnnxGraph.ReadFile(path).WeightFiles);

    private static Digest DigestOf(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            return Digest.Of(file);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StorageFailedException(path, "cannot be read", isTransient: false, failure);
        }
    }
}
