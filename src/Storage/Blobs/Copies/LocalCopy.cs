namespace BatchEngine.Storage.Blobs.Copies;

/// <summary>A blob as a file of this machine, for as long as it is held: no process evicts it meanwhile. Dispose it when the file is closed, or mapped:
/// what is open or mapped stays readable after that. Thread-safe.</summary>
public sealed class LocalCopy : IDisposable
{
    private Action? _release;

    internal LocalCopy(string path, Action? release = null) => (Path, _release) = (path, release);

    /// <summary>The file. Only read it: it may be the blob itself.</summary>
    public string Path { get; }

    /// <summary>Lets go of it. Calling it again does nothing.</summary>
    public void Dispose() => Interlocked.Exchange(ref _release, null)?.Invoke();
}
