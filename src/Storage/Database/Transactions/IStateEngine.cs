namespace BatchEngine.Storage.Database.Transactions;

/// <summary>What keeps the rows: SQLite in this process, or PostgreSQL. Thread-safe.</summary>
/// <remarks>A delegate may be run more than once, so it changes nothing outside of its transaction. When a write returns, all of it is durable; when it throws,
/// nothing of it is, save where the failure says that this cannot be told.</remarks>
internal interface IStateEngine : IAsyncDisposable
{
    /// <summary>Where it is, for people: never with a password.</summary>
    string Place { get; }

    /// <summary>How it says what engines say differently.</summary>
    IStateDialect Dialect { get; }

    /// <summary>What answers, for people: the product with its version.</summary>
    Task<string> DescribeAsync(CancellationToken ct);

    /// <summary>Makes sure that it is there and can be used; called once, before anything else.</summary>
    Task ConnectAsync(CancellationToken ct);

    /// <summary>Reads; each statement sees the newest committed state.</summary>
    Task<T> ReadAsync<T>(Func<StateTransaction, Task<T>> read, CancellationToken ct);

    /// <summary>Reads several statements from one consistent state.</summary>
    Task<T> ReadTogetherAsync<T>(Func<StateTransaction, Task<T>> read, CancellationToken ct);

    /// <summary>Writes in one transaction.</summary>
    Task<T> WriteAsync<T>(Func<StateTransaction, Task<T>> write, Isolation isolation, CancellationToken ct);

    /// <summary>Changes tables in one transaction, one process at a time.</summary>
    Task<T> MigrateAsync<T>(Func<StateTransaction, Task<T>> write, CancellationToken ct);
}
