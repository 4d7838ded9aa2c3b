namespace BatchEngine.Host.Composition;

/// <summary>What an export left behind.</summary>
/// <param name="Folder">The full path or URI.</param>
/// <param name="MendedFiles">Files of an earlier export that were missing or damaged and were written again.</param>
internal sealed record ExportedOutput(string Folder, int MendedFiles)
{
    /// <summary>When the run's outputs were retired, so that nothing could be written; null means that they were not.</summary>
    public DateTimeOffset? RetiredAt { get; init; }
}
