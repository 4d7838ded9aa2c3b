namespace BatchEngine.Host.Health;

/// <summary>How far the end of a `serve` has come. Safe for many threads.</summary>
/// <remarks>First readiness fails and answers end their connections, so that callers go elsewhere; then nothing new is accepted, and bodies that have not come
/// yet are given up.</remarks>
internal sealed class ServeStop : IDisposable
{
    private readonly CancellationTokenSource _hurry = new();
    private volatile bool _isDraining;
    private volatile bool _hadCallers;

    /// <summary>Whether callers are sent elsewhere.</summary>
    public bool IsDraining => _isDraining;

    /// <summary>Whether anybody ever connected: else there is nobody to wait for.</summary>
    public bool HadCallers => _hadCallers;

    /// <summary>Cancelled when requests that have not come yet are given up.</summary>
    public CancellationToken Hurry => _hurry.Token;

    /// <summary>Notes that somebody connected.</summary>
    public void Connected() => _hadCallers = true;

    /// <summary>Begins to send callers elsewhere.</summary>
    public void Drain() => _isDraining = true;

    /// <summary>Gives requests up that have not come yet.</summary>
    public void GiveUp() => _hurry.Cancel();

    /// <inheritdoc/>
    public void Dispose() => _hurry.Dispose();
}
