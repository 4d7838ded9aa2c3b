using BatchEngine.Storage.Database.Engine;
using Microsoft.Extensions.Time.Testing;

namespace BatchEngine.Storage.Tests;

/// <summary>What every contract test of a store needs: an empty database behind a clock that only the test moves. One subclass a store and engine opens
/// it.</summary>
public abstract class StateContract : IAsyncLifetime
{
    protected static readonly DateTimeOffset Start = new(2026, 11, 23, 2, 0, 0, TimeSpan.Zero);

    protected FakeTimeProvider Clock { get; } = new(Start);

    protected StateDatabase Database { get; private set; } = null!;

    protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => Database = await OpenAsync(Clock);

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        await CloseAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Opens an empty database of the engine under test.</summary>
    protected abstract Task<StateDatabase> OpenAsync(TimeProvider clock);

    /// <summary>Removes it.</summary>
    protected abstract Task CloseAsync();
}
