namespace BatchEngine.Domain;

/// <summary>Bytes that BatchEngine wrote earlier no longer say what they said: a checksum, a length or a count disagrees. The bytes are never used.</summary>
public sealed class CorruptDataException : BatchEngineException
{
    /// <summary>Creates the failure.</summary>
    /// <param name="place">The blob or file, with the offset or section when known.</param>
    /// <param name="seen">What was read.</param>
    /// <param name="expected">What had been written.</param>
    /// <param name="inner">The failure beneath, when there is one.</param>
    public CorruptDataException(string place, string seen, string expected, Exception? inner = null)
        : base($"{place} is corrupt: found {seen}, expected {expected}. Nothing was read from it; restore it from a copy or publish an earlier snapshot.",
            isTransient: false, inner)
        => Place = place;

    /// <summary>The blob or file, with the offset or section when known.</summary>
    public string Place { get; }
}
