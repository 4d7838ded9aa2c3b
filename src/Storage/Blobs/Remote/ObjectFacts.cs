namespace BatchEngine.Storage.Blobs.Remote;

/// <summary>What a store says of an object.</summary>
/// <param name="Key">Its key below the prefix of the container.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="ETag">Which content it has, as the store spells it.</param>
/// <param name="WrittenAt">When it was last written, by the store's clock, often in whole seconds.</param>
internal sealed record ObjectFacts(string Key, long Bytes, string ETag, DateTimeOffset WrittenAt)
{
    /// <summary>XxHash3 of its content as its writer noted it; null when it noted none, and in listings.</summary>
    public ulong? Checksum { get; init; }
}
