using BatchEngine.Storage.Database.Engine;

namespace BatchEngine.Storage.Tests.Database.Races;

/// <summary>Several openings of one database that do the same thing at the same moment: a lost race is an outcome, and what was promised still holds.</summary>
public abstract class RaceContract : IAsyncLifetime
{
    protected const int Racers = 8;
    private const int Openings = 3;
    private readonly List<StateDatabase> _databases = [];

    protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    protected StateDatabase Database => _databases[0];

    public async ValueTask InitializeAsync()
    {
        for (var i = 0; i < Openings; i++)
            _databases.Add(await OpenAsync(TimeProvider.System));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var database in _databases)
            await database.DisposeAsync();
        await CloseAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Opens the database of this test, which is empty at first.</summary>
    protected abstract Task<StateDatabase> OpenAsync(TimeProvider clock);

    /// <summary>Removes it.</summary>
    protected abstract Task CloseAsync();

    /// <summary>Lets all racers go at once, each on one of the openings.</summary>
    protected async Task<IReadOnlyList<T>> RaceAsync<T>(Func<StateDatabase, int, Task<T>> racer)
    {
        using var gate = new SemaphoreSlim(0);
        var racers = Enumerable.Range(0, Racers).Select(i => Task.Run(async () =>
        {
            await gate.WaitAsync(Ct);
            return await racer(_databases[i % Openings], i);
        }, Ct)).ToList();
        gate.Release(Racers);
        return await Task.WhenAll(racers);
    }
}
