using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace BatchEngine.Host.Health;

/// <summary>What the instruments of this process show, as text that Prometheus reads. Safe for many threads.</summary>
internal sealed class MeterReadings : IDisposable
{
    /// <summary>How the text is declared.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, Shown> _shown = new(StringComparer.Ordinal);
    private readonly MeterListener _listener = new();

    /// <summary>Begins to listen to the instruments of the meter, those to come included.</summary>
    public MeterReadings(ServeMetrics metrics)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter, metrics.Meter))
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>Every instrument that has shown anything, by name, one line for each set of tags.</summary>
    public string Text()
    {
        var text = new StringBuilder();
        lock (_lock)
        {
            // What is gone, such as a name that is served no more, is not shown for ever.
            foreach (var gauge in _shown.Values.Where(s => s.IsObserved))
                gauge.Values.Clear();
            _listener.RecordObservableInstruments();
            foreach (var (name, shown) in _shown.Where(s => s.Value.Values.Count > 0))
            {
                text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {shown.Help}\n# TYPE {name} {(shown.IsObserved ? "gauge" : "counter")}\n");
                foreach (var (tags, value) in shown.Values)
                    text.Append(name).Append(tags).Append(' ').Append(value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
            }
        }
        return text.ToString();
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private void Take(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var isObserved = instrument.IsObservable;
        var name = instrument.Name.Replace('.', '_') + (isObserved ? "" : "_total");
        var labels = LabelsOf(tags);
        lock (_lock)
        {
            if (!_shown.TryGetValue(name, out var shown))
                _shown[name] = shown = new Shown(instrument.Description ?? "", isObserved);
            shown.Values[labels] = isObserved ? value : shown.Values.GetValueOrDefault(labels) + value;
        }
    }

    private static string LabelsOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty)
            return "";
        var labels = new List<string>();
        foreach (var (key, value) in tags)
        {
            var text = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
            labels.Add($"{key}=\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
                .Replace("\n", "\\n", StringComparison.Ordinal)}\"");
        }
        return $"{{{string.Join(',', labels)}}}";
    }

    private sealed record Shown(string Help, bool IsObserved)
    {
        public SortedDictionary<string, double> Values { get; } = new(StringComparer.Ordinal);
    }
}
