using System.Diagnostics.Metrics;
using BatchEngine.Host.Composition;
using BatchEngine.Host.Health;

namespace BatchEngine.Host.Serving;

/// <summary>Publishes how many real-time scorings of each served name are under way. Safe for many threads.</summary>
internal static class RealtimeCalls
{
    /// <summary>The instrument's name; its tag "name" is the serving name.</summary>
    public const string Instrument = "batchengine.realtime.under_way";

    /// <summary>Adds the instrument.</summary>
    public static void Publish(ServeMetrics metrics, LookupService lookups) => metrics.Meter.CreateObservableGauge(Instrument,
        () => lookups.Catalog.All.Select(s => new Measurement<int>(lookups.Door.UnderWay(s.Contract.Name),
            KeyValuePair.Create<string, object?>("name", s.Contract.Name))),
        "{call}", "Real-time scorings that have not ended.");
}
