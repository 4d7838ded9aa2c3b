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

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        _folder.Dispose();
    }
}
