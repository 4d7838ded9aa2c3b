using BatchEngine.Storage.Snapshots.Readers;

namespace BatchEngine.Router.Lookup;

/// <summary>A serving name as it is at one moment: its contract and its snapshot, which stay the same and in memory until this is disposed, whatever is
/// published meanwhile. Thread-safe to read.</summary>
public sealed class HeldName : IDisposable
{
    private SnapshotReader? _held;

    internal HeldName(ServedName served, SnapshotReader? held) => (Served, Reader, _held) = (served, held, held);

    /// <summary>What the name answers from.</summary>
    public ServedName Served { get; }

    /// <summary>Its snapshot; null means that there is none to answer from.</summary>
    public SnapshotReader? Reader { get; }

    /// <summary>Lets the snapshot go. Calling it again does nothing.</summary>
    public void Dispose() => Interlocked.Exchange(ref _held, null)?.Release();
}
