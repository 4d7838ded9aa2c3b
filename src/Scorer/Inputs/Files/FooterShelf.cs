namespace BatchEngine.Scorer.Inputs.Files;

/// <summary>Footers of objects that this process has read, so that the workers of a run read each once. Thread-safe.</summary>
internal sealed class FooterShelf
{
    /// <summary>The most bytes that are kept; beyond, all are forgotten.</summary>
    public const long MaxBytes = 32 << 20;

    private readonly Dictionary<(string Path, string ETag), ObjectTail> _tails = [];
    private readonly Lock _lock = new();
    private long _bytes;

    /// <summary>The footer of an object; null means that it is not known.</summary>
    public ObjectTail? Find(string path, string eTag)
    {
        lock (_lock)
            return _tails.GetValueOrDefault((path, eTag));
    }

    /// <summary>Keeps a footer, if it is not too large to be kept.</summary>
    public void Add(string path, string eTag, ObjectTail tail)
    {
        var bytes = tail.Footer.Length + (16L * (tail.Facts?.Chunks.Length ?? 0));
        if (bytes > MaxBytes / 4)
            return;
        lock (_lock)
        {
            if (_bytes + bytes > MaxBytes)
            {
                _tails.Clear();
                _bytes = 0;
            }
            if (_tails.TryAdd((path, eTag), tail))
                _bytes += bytes;
        }
    }
}
