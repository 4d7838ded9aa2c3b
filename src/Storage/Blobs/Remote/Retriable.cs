namespace BatchEngine.Storage.Blobs.Remote;

/// <summary>Whether trying again can help.</summary>
internal enum Retriable
{
    /// <summary>It fails again in the same way.</summary>
    No,

    /// <summary>A few tries tell: a name that is not found is mistyped more often than forgotten by its server.</summary>
    Briefly,

    /// <summary>The store or the network is expected back.</summary>
    Yes,
}
