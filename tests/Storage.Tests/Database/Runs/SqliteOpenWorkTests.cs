using BatchEngine.Storage.Database.Engine;


namespace BatchEngine.Storage.Tests.Database.Runs;

public sealed class SqliteOpenWorkTests : OpenWorkContract
{
    private readonly SqliteFile _file = new();

    protected override Task<StateDatabase> OpenAsync(TimeProvider clock) => _file.OpenAsync(clock);

    protected override Task CloseAsync()
    {
        _file.Dispose();
        return Task.CompletedTask;
    }
}
