namespace BatchEngine.Router.Realtime;

/// <summary>Busy time and predictions of one serving name. Thread-safe.</summary>
internal sealed class RealtimeMeter
{
    private readonly Lock _lock = new();
    private TimeSpan _busy;
    private long _predictions;

    /// <summary>Adds one call; one that failed took its time and made no prediction.</summary>
    public void Add(TimeSpan busy, bool isPrediction)
    {
        lock (_lock)
        {
            _busy += busy;
            _predictions += isPrediction ? 1 : 0;
        }
    }

    /// <summary>Takes everything since the last call.</summary>
    public (TimeSpan Busy, long Predictions) Take()
    {
        lock (_lock)
        {
            var taken = (_busy, _predictions);
            (_busy, _predictions) = (TimeSpan.Zero, 0);
            return taken;
        }
    }
}
