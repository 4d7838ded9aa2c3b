using BatchEngine.Domain;
using BatchEngine.Scorer.Outputs;
using BatchEngine.Storage.Blobs;

namespace BatchEngine.Scorer.OneShot;

/// <summary>The output directory of a one-shot scoring: files grow in a hidden folder inside it and are moved at the end, the manifest last. Not
/// thread-safe.</summary>
internal sealed class OneShotFolder : IDisposable
{
    private const string TemporaryName = ".incomplete";
    private readonly FileStream _lock;

    private OneShotFolder(string path, FileStream held) => (Path, _lock) = (path, held);

    /// <summary>The directory.</summary>
    public string Path { get; }

    /// <summary>Where files grow.</summary>
    public string Temporary => System.IO.Path.Combine(Path, TemporaryName);

    /// <summary>Takes the directory; what an earlier, broken-off scoring left in the hidden folder is removed.</summary>
    /// <exception cref="BadInputException">It holds a result already, or another process is writing to it.</exception>
    /// <exception cref="StorageFailedException">It cannot be created or written.</exception>
    public static OneShotFolder Take(string directory)
    {
        var path = System.IO.Path.GetFullPath(directory);
        FileStream? held = null;
        try
        {
            Directory.CreateDirectory(path);
            held = Hold(path);
            if (Directory.EnumerateFileSystemEntries(path)
                .Any(e => e.EndsWith(".parquet", StringComparison.Ordinal) || System.IO.Path.GetFileName(e) == OutputManifest.FileName))
                throw new BadInputException(path, "files of an earlier result", "an empty directory",
                    "Give another --output, or move the earlier result away.");
            var folder = new OneShotFolder(path, held);
            folder.RemoveTemporary();
            Directory.CreateDirectory(folder.Temporary);
            return folder;
        }
        catch (Exception failure)
        {
            held?.Dispose();
            if (failure is IOException or UnauthorizedAccessException)
                throw new StorageFailedException(path, $"The directory cannot be written ({failure.Message}).", isTransient: false, failure);
            throw;
        }
    }

    /// <summary>Moves the files to their place, the manifest last; none of them stays there when it fails.</summary>
    /// <exception cref="StorageFailedException">A file cannot be written or moved.</exception>
    public void Publish(IReadOnlyList<Artifact> files, OutputManifest manifest)
    {
        var moved = new List<string>();
        try
        {
            // What takes room comes first: a disk that is full is noticed while nothing is visible yet.
            var text = System.IO.Path.Combine(Temporary, OutputManifest.FileName);
            File.WriteAllBytes(text, manifest.ToUtf8());
            foreach (var file in files)
            {
                var target = System.IO.Path.Combine(Path, file.BlobName);
                Directory.CreateDirectory(System.IO.Path.GetDirectoryName(target)!);
                File.Move(System.IO.Path.Combine(Temporary, file.BlobName), target);
                moved.Add(target);
            }
            foreach (var written in moved.Select(f => System.IO.Path.GetDirectoryName(f)!).Distinct(StringComparer.Ordinal))
                DurableFolder.FlushNames(written);
            DurableFolder.MoveFileInto(text, System.IO.Path.Combine(Path, OutputManifest.FileName));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            moved.ForEach(File.Delete);
            throw new StorageFailedException(Path, $"The result cannot be moved to its place ({failure.Message}).", isTransient: false, failure);
        }
    }

    /// <summary>Removes the hidden folder and lets go of the directory.</summary>
    public void Dispose()
    {
        try
        {
            RemoveTemporary();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Whoever takes the directory next removes it; a result that is whole stays one.
        }
        finally
        {
            _lock.Dispose();
        }
    }

    private static FileStream Hold(string path)
    {
        var file = System.IO.Path.Combine(path, ".lock");
        try
        {
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (IOException failure) when (File.Exists(file))
        {
            throw new BadInputException(path, "another scoring writing to it", "a directory of its own", "Wait for the other one, or give another --output.",
                failure);
        }
    }

    private void RemoveTemporary()
    {
        if (Directory.Exists(Temporary))
            Directory.Delete(Temporary, recursive: true);
    }
}
