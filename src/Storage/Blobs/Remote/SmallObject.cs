using System.IO.Hashing;
using System.Text;
using BatchEngine.Domain;

namespace BatchEngine.Storage.Blobs.Remote;

/// <summary>Objects of a few bytes of text.</summary>
internal static class SmallObject
{
    private const int MostBytes = 1 << 12, MostReads = 10;

    /// <summary>The checksum of no bytes.</summary>
    public static ulong EmptyChecksum { get; } = XxHash3.HashToUInt64([]);

    /// <summary>Writes it; false means that it is there already and may not be replaced.</summary>
    public static Task<bool> WriteAsync(IObjectContainer container, string key, string text, bool onlyIfAbsent, CancellationToken ct)
    {
        var content = Encoding.ASCII.GetBytes(text + "\n");
        return container.PutAsync(key, content, XxHash3.HashToUInt64(content), onlyIfAbsent, ct);
    }

    /// <summary>Its text; null means that there is none. One that is replaced while it is read is read again: several processes may write the same.</summary>
    public static async Task<string?> ReadAsync(IObjectContainer container, string key, CancellationToken ct)
    {
        var facts = await container.FindAsync(key, ct).ConfigureAwait(false);
        for (var reads = 1; facts is not null; reads++)
        {
            try
            {
                var content = new byte[Math.Min(facts.Bytes, MostBytes)];
                await container.ReadAsync(facts, 0, content, ct).ConfigureAwait(false);
                return Encoding.ASCII.GetString(content).Trim();
            }
            catch (StorageFailedException) when (reads < MostReads)
            {
                var now = await container.FindAsync(key, ct).ConfigureAwait(false);
                if (now?.ETag == facts.ETag)
                    throw;
                facts = now;
            }
        }
        return null;
    }
}
