namespace BatchEngine.Host.Serving;

/// <summary>Work that is done once before the process listens, so that the first caller does not wait for it.</summary>
internal interface IBeforeListening
{
    /// <summary>Does it.</summary>
    Task PrepareAsync(CancellationToken ct);
}
