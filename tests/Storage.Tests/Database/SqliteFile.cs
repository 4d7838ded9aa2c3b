using BatchEngine.Storage.Database.Engine;


namespace BatchEngine.Storage.Tests;

/// <summary>A SQLite file in a folder of its own, removed when disposed.</summary>
internal sealed class SqliteFile : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("batchengine-state-");

    public string FilePath => Path.Combine(_folder.FullName, "state.db");

    public Task<StateDatabase> OpenAsync(TimeProvider clock) => StateDatabase.OpenAsync(FilePath, clock, TestContext.Current.CancellationToken);

    public void Dispose() => _folder.Delete(recursive: true);
}
