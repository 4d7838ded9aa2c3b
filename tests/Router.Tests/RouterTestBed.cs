using BatchEngine.Domain;
using BatchEngine.Router.Lookup;
using BatchEngine.Router.Realtime;
using BatchEngine.Router.Routing;
using BatchEngine.Storage.Blobs;
using BatchEngine.Storage.Blobs.Copies;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Snapshots;
using BatchEngine.TestKit.Folders;
using BatchEngine.TestKit.Snapshots;
using Microsoft.Extensions.Time.Testing;

namespace BatchEngine.Router.Tests;

/// <summary>A real state database, real blobs and real segments in a folder of their own, behind a clock that only the test moves.</summary>
public abstract class RouterTestBed : IAsyncLifetime
{
    protected static readonly DateTimeOffset Night = new(2026, 11, 23, 2, 0, 0, TimeSpan.Zero);

    internal static readonly IReadOnlyDictionary<string, object?> SomeFeatures = new Dictionary<string, object?> { ["age"] = 42L };

    private readonly Dictionary<string, ServingContract> _contracts = [];
    private StateFolder _state = null!;

    protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    protected string Folder => _state.Path;

    protected FakeTimeProvider Clock { get; } = new(Night);

    protected StateDatabase Database => _state.Database;

    protected LocalFolderBlobs Blobs => _state.Blobs;

    protected SnapshotStore Snapshots { get; private set; } = null!;

    protected SnapshotCatalog Catalog { get; private set; } = null!;

    internal FakeRealtime Realtime { get; } = new();

    protected List<RealtimeTrouble> Troubles { get; } = [];

    protected PredictionRouter Router { get; private set; } = null!;

    protected LocalCopies CopiesOf(IBlobStore blobs) => new(blobs, Path.Combine(Folder, "copies"), null);

    protected static ServingContract Contract { get; } = ServingContract.Default("churn");

    public async ValueTask InitializeAsync()
    {
        _state = await StateFolder.OpenAsync(Clock, Ct);
        Snapshots = new SnapshotStore(Database);
        Catalog = new SnapshotCatalog(Snapshots, CopiesOf(Blobs), Clock);
        Router = new PredictionRouter(Catalog, new RealtimeDoor(Realtime, new RealtimeTroubles(Clock, Troubles.Add), Clock), Clock);
    }

    public async ValueTask DisposeAsync()
    {
        await Catalog.DisposeAsync();
        await _state.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>One row with an integer key.</summary>
    protected static SampleRow Row(long key, float value, float? confidence = 0.9f) => new(PredictionKey.Of(key), key, [value], confidence);

    /// <summary>Puts in force what the name promises, for what serves now and for the runs to come, and refreshes.</summary>
    protected async Task ServeAsync(ServingContract contract)
    {
        _contracts[contract.Name] = contract;
        await StoredSnapshots.PromiseAsync(Database, contract, Ct);
        await Catalog.RefreshAsync(Ct);
    }

    /// <summary>A finished run of the day with these rows, sealed but not published.</summary>
    protected Task<SnapshotInfo> SealAsync(string name, int day, IReadOnlyList<SampleRow> rows, KeyKind kind = KeyKind.Int64) =>
        Made.SealAsync(_contracts.GetValueOrDefault(name, ServingContract.Default(name)), Night.AddDays(day), rows, kind, Ct);

    /// <summary>Seals and publishes; the catalogue does not know of it yet.</summary>
    protected async Task<SnapshotInfo> PublishAsync(string name, int day, params SampleRow[] rows)
    {
        var snapshot = await SealAsync(name, day, rows, rows[0].Key.Kind);
        await Made.PublishAsync(snapshot, Ct);
        return snapshot;
    }

    /// <summary>The id of the snapshot that is served; null means none.</summary>
    protected long? Served(string name = "churn") => Catalog.Find(name)?.Reader?.Info.Id;

    internal Task<RouteDecision> RouteAsync(string key, IReadOnlyDictionary<string, object?>? features = null, CancellationToken? ct = null,
        string name = "churn") =>
        Router.RouteAsync(name, key, features, ct ?? Ct).AsTask();

    private StoredSnapshots Made => new(Database, Blobs, Folder, Clock);
}
