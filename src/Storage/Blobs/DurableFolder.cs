namespace BatchEngine.Storage.Blobs;

/// <summary>Moves what was written under a temporary name to its own, so that it appears whole and survives a power cut. Thread-safe.</summary>
public static class DurableFolder
{
    /// <summary>Makes every file and folder below durable, then moves the folder to a name that is free.</summary>
    /// <param name="partial">A folder that nobody writes to any more.</param>
    /// <param name="target">On the same disk; must not exist.</param>
    /// <exception cref="IOException">The disk refused, or the target is there.</exception>
    public static void MoveInto(string partial, string target)
    {
        foreach (var file in Directory.EnumerateFiles(partial, "*", SearchOption.AllDirectories))
            FlushFile(file);
        foreach (var folder in Directory.EnumerateDirectories(partial, "*", SearchOption.AllDirectories).Prepend(partial))
            FolderSync.Flush(folder);
        Directory.Move(partial, target);
        FolderSync.Flush(Path.GetDirectoryName(target)!);
    }

    /// <summary>Makes a file durable, then moves it to its name, replacing what is there.</summary>
    /// <param name="partial">A file that nobody writes to any more.</param>
    /// <param name="target">In the same folder or another one of the same disk.</param>
    /// <exception cref="IOException">The disk refused.</exception>
    public static void MoveFileInto(string partial, string target)
    {
        FlushFile(partial);
        File.Move(partial, target, overwrite: true);
        FolderSync.Flush(Path.GetDirectoryName(target)!);
    }

    /// <summary>Makes the names in a folder durable.</summary>
    /// <param name="folder">An existing folder.</param>
    /// <exception cref="IOException">The disk refused.</exception>
    public static void FlushNames(string folder) => FolderSync.Flush(folder);

    private static void FlushFile(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
        RandomAccess.FlushToDisk(file);
    }
}
