using BatchEngine.Storage.Database.Lanes;
using BatchEngine.TestKit.Databases;
using BatchEngine.Storage.Database.Engine;

namespace BatchEngine.Storage.Tests.Database.Lanes;

public sealed class SqliteLaneWishesTests : LaneWishesContract
{
    private readonly SqliteFile _file = new();

    protected override Task<StateDatabase> OpenAsync(TimeProvider clock) => _file.OpenAsync(clock);

    protected override Task CloseAsync()
    {
        _file.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task KeepOnly_LanesOfAnEarlierVersion_AreThoseOfTheirFolder()
    {
        foreach (var job in (string[])["a", "b", "c"])
            await Lanes.CreateAsync(new LaneState(job, Nightly, Start, [], false), Ct);
        await Database.ExecuteSqlAsync("UPDATE lanes SET source = '/jobs' WHERE job = 'b'", Ct);
        await Database.ExecuteSqlAsync("UPDATE lanes SET source = '/elsewhere' WHERE job = 'c'", Ct);

        Assert.Equal(["a", "b"], await Wishes.KeepOnlyAsync(Here, [], Ct));
    }
}
