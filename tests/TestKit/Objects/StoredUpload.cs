namespace BatchEngine.TestKit.Objects;

/// <summary>An object that is being written in parts.</summary>
public sealed record StoredUpload(string Key, DateTimeOffset StartedAt, IReadOnlyDictionary<string, string> Metadata)
{
    /// <summary>What has arrived, by number.</summary>
    public SortedDictionary<int, byte[]> Parts { get; } = [];
}
