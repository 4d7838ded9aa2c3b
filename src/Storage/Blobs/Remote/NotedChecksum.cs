using System.Globalization;

namespace BatchEngine.Storage.Blobs.Remote;

/// <summary>XxHash3 of an object as its metadata spell it.</summary>
internal static class NotedChecksum
{
    /// <summary>The name of the metadata.</summary>
    public const string Name = "xxh3";

    /// <summary>16 hexadecimal digits.</summary>
    public static string Spell(ulong checksum) => checksum.ToString("x16", CultureInfo.InvariantCulture);

    /// <summary>The checksum; null means that none was noted.</summary>
    public static ulong? Read(string? text) =>
        ulong.TryParse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var value) ? value : null;
}
