namespace BatchEngine.Scorer.Gpu;

/// <summary>How wide a rank is kept on the device. Implementations are plain values, so that a kernel is compiled for each.</summary>
internal interface IDeviceRank<TSelf>
    where TSelf : unmanaged, IDeviceRank<TSelf>
{
    /// <summary>The rank.</summary>
    int Value { get; }

    /// <summary>The same type with another rank.</summary>
    TSelf Of(int rank);
}
