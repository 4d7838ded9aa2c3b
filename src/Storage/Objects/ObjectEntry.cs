namespace BatchEngine.Storage.Objects;

/// <summary>An object as a listing shows it.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="ETag">The store's name of this content, without quotes: another one means that the object was replaced.</param>
/// <param name="ChangedAt">When it was written.</param>
public readonly record struct ObjectEntry(string Key, long Bytes, string ETag, DateTimeOffset ChangedAt);
