using System.Security.Cryptography;

namespace BatchEngine.Domain;

/// <summary>A SHA-256 of content: equal digests are the same content.</summary>
public readonly record struct Digest
{
    private readonly string? _hex;

    private Digest(string hex) => _hex = hex;

    /// <summary>64 lower-case hexadecimal digits.</summary>
    public string Hex => _hex ?? throw new InvalidOperationException("This digest was never computed.");

    /// <summary>The first 12 digits, for people.</summary>
    public string Short => Hex[..12];

    /// <summary>The first 64 bits, big-endian, for fingerprints.</summary>
    public ulong First64 => Convert.ToUInt64(Hex[..16], 16);

    /// <summary>Hashes the bytes.</summary>
    public static Digest Of(ReadOnlySpan<byte> content) => new(Convert.ToHexStringLower(SHA256.HashData(content)));

    /// <summary>Hashes the text as UTF-8.</summary>
    public static Digest Of(string text) => Of(System.Text.Encoding.UTF8.GetBytes(text));

    /// <summary>Hashes a stream from its position to its end.</summary>
    public static Digest Of(Stream content) => new(Convert.ToHexStringLower(SHA256.HashData(content)));

    /// <summary>Hashes a stream from its position to its end.</summary>
    public static async Task<Digest> OfAsync(Stream content, CancellationToken ct) =>
        new(Convert.ToHexStringLower(await SHA256.HashDataAsync(content, ct).ConfigureAwait(false)));

    /// <summary>Reads 64 hexadecimal digits.</summary>
    /// <exception cref="FormatException">The text is not such a number.</exception>
    public static Digest Parse(string hex) => hex.Length == 64 && hex.All(char.IsAsciiHexDigit)
        ? new(hex.ToLowerInvariant())
        : throw new FormatException($"'{hex}' is no SHA-256: expected 64 hexadecimal digits.");

    /// <summary>The 64 digits.</summary>
    public override string ToString() => Hex;
}
