using System.IO.Hashing;
using System.Text;

namespace BatchEngine.Storage.Blobs.Remote;

/// <summary>Objects of a few bytes of text.</summary>
internal static class SmallObject
{
    private const int MostBytes = 1 << 12;

    /// <summary>The checksum of no bytes.</summary>
    public static ulong EmptyChecksum { get; } = XxHash3.HashToUInt64([]);

    /// <summary>Writes it; false means that it is there already and may not be replaced.</summary>
    public static Task<bool> WriteAsync(IObjectContainer container, string key, string text, bool onlyIfAbsent, CancellationToken ct)
    {
        var content = Encoding.ASCII.GetBytes(text + "\n");
        return container.PutAsync(key, content, XxHash3.HashToUInt64(content), onlyIfAbsent, ct);
    }

    /// <summary>Its text; null means that there is none.</summary>
    public static async Task<string?> ReadAsync(IObjectContainer container, string key, CancellationToken ct)
    {
        if (await container.FindAsync(key, ct).ConfigureAwait(false) is not { } facts)
            return null;
        var content = new byte[Math.Min(facts.Bytes, MostBytes)];
        await container.ReadAsync(facts, 0, content, ct).ConfigureAwait(false);
        return Encoding.ASCII.GetString(content).Trim();
    }
}
