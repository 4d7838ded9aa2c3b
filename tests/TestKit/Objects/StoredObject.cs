namespace BatchEngine.TestKit.Objects;

/// <summary>An object as the server keeps it.</summary>
/// <param name="Content">Its bytes.</param>
/// <param name="ETag">Which content it has, without quotes.</param>
/// <param name="WrittenAt">When it was written.</param>
/// <param name="Metadata">What was sent with it, "x-amz-meta-..." and its value.</param>
public sealed record StoredObject(byte[] Content, string ETag, DateTimeOffset WrittenAt, IReadOnlyDictionary<string, string> Metadata);
