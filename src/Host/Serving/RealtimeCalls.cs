using System.Diagnostics.Metrics;
using BatchEngine.Host.Health;
using BatchEngine.Router.Realtime;

namespace BatchEngine.Host.Serving;

/// <summary>Publishes how many real-time scorings of each served name are under way. Safe for many threads.</summary>
/// <param name="metrics">Where to.</param>
/// <param name="door">The door whose calls are counted.</param>
/// <param name="names">The serving names.</param>
internal sealed class RealtimeCalls(ServeMetrics metrics, RealtimeDoor door, ServedNames names) : IGauges
{
    /// <inheritdoc/>
    public void Publish() => metrics.Meter.CreateObservableGauge("batchengine.realtime.under_way",
        () => names.Now().Select(name => new Measurement<int>(door.UnderWay(name), KeyValuePair.Create<string, object?>("name", name))),
        "{call}", "Real-time scorings that have not ended.");
}
