using BatchEngine.Storage.Database.Engine;
using BatchEngine.TestKit.Postgres;

namespace BatchEngine.Storage.Tests.Database.Runs;

public sealed class PostgresOpenWorkTests : OpenWorkContract
{
    private readonly PostgresDatabase _database = new();

    protected override Task<StateDatabase> OpenAsync(TimeProvider clock) => _database.OpenAsync(clock, Ct);

    protected override Task CloseAsync() => _database.DropAsync();
}
