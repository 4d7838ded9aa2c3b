namespace BatchEngine.Storage.Database.Leases;

/// <summary>Why a worker gives a shard back before it is finished.</summary>
public enum HandBack
{
    /// <summary>It was asked to leave: nothing speaks against the shard.</summary>
    AskedToLeave,

    /// <summary>It failed on the shard.</summary>
    Failed,
}
