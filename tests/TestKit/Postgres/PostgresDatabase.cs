using BatchEngine.Storage.Database.Engine;

namespace BatchEngine.TestKit.Postgres;

/// <summary>A database of the shared server with the tables of the state, removed by the test.</summary>
public sealed class PostgresDatabase
{
    private string? _name;

    /// <summary>The server.</summary>
    public PostgresServer Server { get; private set; } = null!;

    /// <summary>Its name on the server.</summary>
    public string Name => _name ?? throw new InvalidOperationException("the database was not created");

    /// <summary>How to connect to it.</summary>
    public string ConnectionString => Server.ConnectionString(Name);

    /// <summary>Creates it the first time, and opens it.</summary>
    public async Task<StateDatabase> OpenAsync(TimeProvider clock, CancellationToken ct)
    {
        Server = await PostgresServer.SharedAsync();
        _name ??= await Server.CreateAsync();
        return await StateDatabase.OpenAsync(ConnectionString, clock, ct);
    }

    /// <summary>Removes it.</summary>
    public Task DropAsync() => _name is null ? Task.CompletedTask : Server.DropAsync(_name);
}
