using System.Text.Json;
using BatchEngine.Domain;
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
        await using var catalog = new SnapshotCatalog(new SnapshotStore(engine.Database), engine.Copies, engine.Clock);
        var clock = new FakeTimeProvider();
        var source = new CountingSource(new RealtimeModelSource(new RunStore(engine.Database), new ModelLocator(engine.Registry)));
        using var models = new RealtimeModels(() => catalog.RealtimeRuns, source, clock);
        await models.KeepWarmAsync();
        Assert.Empty(source.Loaded);

        await catalog.RefreshAsync(Ct);
        await models.KeepWarmAsync();
        var first = Assert.Single(source.Loaded);
        var second = await ServedJob.NightAsync(engine, folder, 1);
        await catalog.RefreshAsync(Ct);
        await models.KeepWarmAsync();

        Assert.Equal([first, second], source.Loaded);
        clock.Advance(3 * RealtimeDoor.MaxFlight);
        await models.KeepWarmAsync();
        using var customer = JsonDocument.Parse(DemoClient.Customer);
        Assert.IsType<RealtimeOutcome.Scored>(await models.ScoreAsync(ServedJob.Name, catalog.Find(ServedJob.Name)!.Reader!.Info,
            FeatureValues.Read(customer.RootElement), Ct));
        Assert.Equal(second, Assert.Single(source.Loaded));
    }

    private sealed class CountingSource(IRealtimeModelSource source) : IRealtimeModelSource
    {
        private readonly List<Counted> _opened = [];

        public IEnumerable<RunId> Loaded => _opened.Where(m => !m.IsDisposed).Select(m => m.Run);

        public async Task<IRealtimeModel> LoadAsync(RunId run)
        {
            _opened.Add(new Counted(run, await source.LoadAsync(run)));
            return _opened[^1];
        }
    }

    private sealed class Counted(RunId run, IRealtimeModel model) : IRealtimeModel
    {
        public RunId Run => run;

        public bool IsDisposed { get; private set; }

        public IReadOnlyList<OutputColumn> Outputs => model.Outputs;

        public Prediction Score(IReadOnlyDictionary<string, object?> features) => model.Score(features);

        public void Dispose()
        {
            IsDisposed = true;
            model.Dispose();
        }
    }
}
