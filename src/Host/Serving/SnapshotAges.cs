using System.Diagnostics.Metrics;
using BatchEngine.Host.Health;
using BatchEngine.Router.Lookup;

namespace BatchEngine.Host.Serving;

/// <summary>Publishes how old each served snapshot is; a name without one publishes nothing. Safe for many threads.</summary>
internal sealed class SnapshotAges(ServeMetrics metrics, SnapshotCatalog catalog, TimeProvider clock) : IGauges
{
    /// <inheritdoc/>
    public void Publish() => metrics.Meter.CreateObservableGauge("batchengine.snapshot.age", Ages, "s", "Since the data of the served snapshot were true.");

    private IEnumerable<Measurement<double>> Ages()
    {
        var now = clock.GetUtcNow();
        foreach (var served in catalog.All)
        {
            if (served.Reader?.Info is { } snapshot)
                yield return new Measurement<double>((now - snapshot.AsOf).TotalSeconds, KeyValuePair.Create<string, object?>("name", served.Contract.Name));
        }
    }
}
