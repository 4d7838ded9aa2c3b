using System.Diagnostics.Metrics;
using BatchEngine.Host.Composition;
using BatchEngine.Host.Health;

namespace BatchEngine.Host.Serving;

/// <summary>Publishes how old each served snapshot is; a name without one publishes nothing. Safe for many threads.</summary>
internal static class SnapshotAges
{
    /// <summary>The instrument's name; its tag "name" is the serving name.</summary>
    public const string Instrument = "batchengine.snapshot.age";

    /// <summary>Adds the instrument.</summary>
    public static void Publish(ServeMetrics metrics, LookupService lookups, TimeProvider clock) =>
        metrics.Meter.CreateObservableGauge(Instrument, () => Ages(lookups, clock), "s", "Since the data of the served snapshot were true.");

    private static IEnumerable<Measurement<double>> Ages(LookupService lookups, TimeProvider clock)
    {
        var now = clock.GetUtcNow();
        foreach (var served in lookups.Catalog.All)
        {
            if (served.Reader?.Info is { } snapshot)
                yield return new Measurement<double>((now - snapshot.AsOf).TotalSeconds, KeyValuePair.Create<string, object?>("name", served.Contract.Name));
        }
    }
}
