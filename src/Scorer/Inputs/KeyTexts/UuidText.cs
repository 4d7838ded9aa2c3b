namespace BatchEngine.Scorer.Inputs.KeyTexts;

/// <summary>The one text of a UUID: 32 lower-case hexadecimal digits in groups of 8, 4, 4, 4 and 12. Pure.</summary>
internal static class UuidText
{
    /// <summary>Writes it.</summary>
    /// <returns>Bytes written.</returns>
    public static int Write(ReadOnlySpan<byte> bytes, Span<byte> target)
    {
        new Guid(bytes, bigEndian: true).TryFormat(target, out var written, "D");
        return written;
    }
}
