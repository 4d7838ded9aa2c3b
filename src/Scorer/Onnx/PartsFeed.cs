using BatchEngine.Scorer.Features;
using Microsoft.ML.OnnxRuntime;

namespace BatchEngine.Scorer.Onnx;

/// <summary>One tensor for each input, whatever it takes. Not thread-safe.</summary>
internal sealed class PartsFeed : InputFeed
{
    private readonly PartFeed[] _feeds;
    private readonly OrtValue[] _values;

    public PartsFeed(InputLayout layout, int maxRows, HostMemory memory)
    {
        _feeds = [.. layout.Parts.Select(p => new PartFeed(p, layout.FeatureNames, maxRows, memory))];
        _values = new OrtValue[_feeds.Length];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<OrtValue> Fill(FeatureMatrix features, int fromRow, int rows, int tensorRows)
    {
        for (var i = 0; i < _feeds.Length; i++)
            _values[i] = _feeds[i].Fill(features, fromRow, rows, tensorRows);
        return _values;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        foreach (var feed in _feeds)
            feed.Dispose();
    }
}
