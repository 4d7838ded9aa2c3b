using System.Text.Json;
using BatchEngine.Host.Adapters;
using BatchEngine.Host.Demo;
using BatchEngine.Host.Http;
using BatchEngine.Host.Tests.EndToEnd;
using BatchEngine.Router.Lookup;
using BatchEngine.Router.Realtime;
using BatchEngine.Storage.Database.Runs;
using BatchEngine.Storage.Database.Snapshots;
using Microsoft.Extensions.Time.Testing;

namespace BatchEngine.Host.Tests.Lookup;

/// <summary>Real-time models follow what is served: loaded before anybody asks, freed when nobody can ask any more.</summary>
public sealed class RealtimeModelsTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task KeepWarm_NewSnapshot_LoadsItsModelAndRetiresTheOneBefore()
    {
        using var folder = await InputFolder.CreateAsync();
        await using var engine = await ServedJob.PublishAsync(folder);
        await using var catalog = new SnapshotCatalog(new SnapshotStore(engine.Database), engine.Blobs, engine.Clock);
        var clock = new FakeTimeProvider();
        using var models = new RealtimeModels(catalog, new RunStore(engine.Database), new ModelLocator(engine.Registry), clock);
        await models.KeepWarmAsync();
        Assert.Empty(models.Loaded);

        await catalog.RefreshAsync(Ct);
        await models.KeepWarmAsync();
        var first = Assert.Single(models.Loaded);
        var second = await ServedJob.NightAsync(engine, folder, 1);
        await catalog.RefreshAsync(Ct);
        await models.KeepWarmAsync();

        Assert.NotEqual(first, second);
        Assert.Equal(second, Assert.Single(models.Loaded));
        clock.Advance(3 * RealtimeDoor.MaxFlight);
        await models.KeepWarmAsync();
        using var customer = JsonDocument.Parse(DemoClient.Customer);
        Assert.IsType<RealtimeOutcome.Scored>(await models.ScoreAsync(ServedJob.Name, FeatureValues.Read(customer.RootElement), Ct));
        Assert.Equal(second, Assert.Single(models.Loaded));
    }
}
