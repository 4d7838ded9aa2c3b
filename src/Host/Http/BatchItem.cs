namespace BatchEngine.Host.Http;

/// <summary>One key of a batch look-up.</summary>
/// <param name="Key">As the application wrote it.</param>
/// <param name="Features">Given for a real-time answer; null means none.</param>
internal sealed record BatchItem(string Key, IReadOnlyDictionary<string, object?>? Features);
