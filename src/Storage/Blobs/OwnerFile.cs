using System.Text;
using BatchEngine.Domain;

namespace BatchEngine.Storage.Blobs;

/// <summary>The file that says whose a blob folder is. Thread-safe; several processes may claim at once, one wins.</summary>
/// <param name="root">The blob folder.</param>
/// <param name="temporaries">Where it is written before it has its name.</param>
internal sealed class OwnerFile(string root, TemporaryBlobs temporaries)
{
    private readonly string _path = Path.Combine(root, ".owner");

    /// <summary>The owner; null means that nobody has claimed the folder.</summary>
    public string? Read() => File.Exists(_path) ? File.ReadAllText(_path).Trim() : null;

    /// <summary>Writes down the owner, durably, unless there is one; gives who it is from now on.</summary>
    public string Claim(string owner)
    {
        var file = temporaries.Create(Path.GetFileName(_path));
        try
        {
            using (file)
            {
                file.Write(Encoding.ASCII.GetBytes(owner + "\n"));
                file.Flush(flushToDisk: true);
            }
            if (!File.Exists(_path))
                File.Move(file.Name, _path, overwrite: false);
        }
        catch (IOException) when (File.Exists(_path))
        {
            // Another process was faster: its claim is read below.
        }
        finally
        {
            File.Delete(file.Name);
        }
        FolderSync.Flush(root);
        return Read() ?? throw new StorageFailedException(_path, "the claim vanished. Check the disk, then try again.", isTransient: true);
    }
}
