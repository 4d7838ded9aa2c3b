using BatchEngine.Domain;
using BatchEngine.Host.Adapters;
using BatchEngine.Host.Tests.EndToEnd;
using BatchEngine.Host.Tests.Lookup;
using BatchEngine.Router.Lookup;
using BatchEngine.Storage.Database.Runs;
using BatchEngine.Storage.Database.Snapshots;

namespace BatchEngine.Host.Tests.Adapters;

/// <summary>A night inside of `serve` looks unchanged rows up in the copy that is served, not in the files.</summary>
public sealed class BaseSnapshotsTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Hold_FilesOfTheBaseAreCutLater_ReadsOnInAServer(bool isServed)
    {
        using var folder = await InputFolder.CreateAsync();
        await using var engine = await ServedJob.PublishAsync(folder);
        var snapshots = new SnapshotStore(engine.Database);
        await using var catalog = new SnapshotCatalog(snapshots, engine.Copies, engine.Clock);
        await catalog.RefreshAsync(Ct);
        var served = catalog.Find(ServedJob.Name)!.Reader!;
        using var bases = new BaseSnapshots(snapshots, new DecisionStore(engine.Database), engine.Copies, engine.Clock)
        {
            Served = id => isServed && id == served.Info.Id ? served : null,
        };
        var plan = (await new RunStore(engine.Database).PlanAsync(served.Info.Run, Ct))!;
        plan = plan with { Reuse = plan.Reuse with { ComparesRows = true, BaseSnapshot = served.Info.Id } };
        var held = Assert.IsType<Storage.Snapshots.Readers.SnapshotReader>(await bases.HoldAsync(plan, Ct));
        Assert.Equal(isServed, ReferenceEquals(served, held));
        foreach (var segment in served.Info.Segments)
        {
            using var file = new FileStream(engine.Blobs.PlaceOf(segment.Artifact.BlobName), FileMode.Open, FileAccess.Write);
            file.SetLength(0);
        }
        Assert.True(held.TryGet(PredictionKey.Of(7), out _));
        held.Release();
    }
}
