using BatchEngine.Storage.Blobs;
using BatchEngine.Storage.Database.Engine;

namespace BatchEngine.TestKit.Folders;

/// <summary>A real state database and a real blob folder that go with the test.</summary>
public sealed class StateFolder : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();

    private StateFolder()
    {
    }

    /// <summary>Its full path.</summary>
    public string Path => _folder.Path;

    /// <summary>The opened database.</summary>
    public StateDatabase Database { get; private set; } = null!;

    /// <summary>The blobs.</summary>
    public LocalFolderBlobs Blobs { get; private set; } = null!;

    /// <summary>The full path of something in it, which need not exist.</summary>
    public string this[string name] => _folder[name];

    /// <summary>Makes and opens both.</summary>
    public static async Task<StateFolder> OpenAsync(TimeProvider clock, CancellationToken ct)
    {
        var state = new StateFolder();
        state.Blobs = new LocalFolderBlobs(state["blobs"]);
        state.Database = await StateDatabase.OpenAsync(state["state.db"], clock, ct);
        return state;
    }

    /// <summary>Opens what was copied from another one while that was in use: what a process that was killed then would have left.</summary>
    public static async Task<StateFolder> OpenCopyAsync(string copy, TimeProvider clock, CancellationToken ct)
    {
        var state = new StateFolder();
        foreach (var file in Directory.EnumerateFiles(copy, "*", SearchOption.AllDirectories))
            File.Copy(file, state._folder.File(System.IO.Path.GetRelativePath(copy, file)));
        state.Blobs = new LocalFolderBlobs(state["blobs"]);
        state.Database = await StateDatabase.OpenAsync(state["state.db"], clock, ct);
        return state;
    }

    /// <summary>Copies the database with its log, then every blob: whatever else goes on meanwhile, no row of the copy names a blob that it lacks.</summary>
    public void CopyTo(string folder)
    {
        foreach (var file in new[] { this["state.db"], this["state.db-wal"] }.Concat(Directory.EnumerateFiles(this["blobs"], "*", SearchOption.AllDirectories)))
        {
            var target = System.IO.Path.Combine(folder, System.IO.Path.GetRelativePath(Path, file));
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(target)!);
            try
            {
                File.Copy(file, target);
            }
            catch (FileNotFoundException)
            {
                // A temporary file that got its name since, which no row of the copy names yet.
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        _folder.Dispose();
    }
}
