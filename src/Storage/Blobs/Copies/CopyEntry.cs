using Microsoft.Win32.SafeHandles;

namespace BatchEngine.Storage.Blobs.Copies;

/// <summary>What this process knows of a copy: who uses it here. Thread-safe.</summary>
internal sealed class CopyEntry
{
    private readonly Lock _lock = new();
    private SafeFileHandle? _hold;
    private int _holders;

    /// <summary>Entered by one at a time who looks for the copy or fetches it; the others find it held.</summary>
    public SemaphoreSlim Gate { get; } = new(1, 1);

    /// <summary>Whether this process has read it whole, or fetched it.</summary>
    public bool IsVerified { get; set; }

    /// <summary>Counts another holder; false means that nobody here holds it.</summary>
    public bool TryShare()
    {
        lock (_lock)
        {
            if (_holders == 0)
                return false;
            _holders++;
            return true;
        }
    }

    /// <summary>Counts a holder, who brings the lock that all here share from now on.</summary>
    public void Share(SafeFileHandle hold)
    {
        lock (_lock)
        {
            _hold?.Dispose();
            _hold = hold;
            _holders++;
        }
    }

    /// <summary>A holder leaves; with the last one the lock goes.</summary>
    public void Release()
    {
        lock (_lock)
        {
            if (--_holders > 0)
                return;
            _hold?.Dispose();
            _hold = null;
        }
    }
}
