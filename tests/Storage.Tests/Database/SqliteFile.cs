using BatchEngine.Storage.Database.Engine;
using BatchEngine.TestKit.Folders;

namespace BatchEngine.Storage.Tests;

/// <summary>A SQLite file in a folder of its own, removed when disposed.</summary>
internal sealed class SqliteFile : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public string FilePath => _folder["state.db"];

    public Task<StateDatabase> OpenAsync(TimeProvider clock) => StateDatabase.OpenAsync(FilePath, clock, TestContext.Current.CancellationToken);

    public void Dispose() => _folder.Dispose();
}
