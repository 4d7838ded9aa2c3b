using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using BatchEngine.Storage.Objects;

namespace BatchEngine.TestKit.Objects;

/// <summary>An object store in memory: one bucket under every URI. Lists in the order of bytes, as S3 does, and counts what is asked. Thread-safe.</summary>
public sealed class MemoryObjects : IObjectSource, IObjectSources
{
    private const int PageSize = 1_000;

    private readonly SortedDictionary<string, (byte[] Content, string ETag)> _objects = new(Comparer<string>.Create(ByBytes));
    private readonly Lock _lock = new();
    private int _versions;

    /// <summary>Every read: the key, the first byte and how many.</summary>
    public ConcurrentQueue<(string Key, long From, int Length)> Reads { get; } = [];

    /// <summary>Pages that were listed.</summary>
    public int Pages { get; private set; }

    /// <summary>Called before each read; may change the store, or fail.</summary>
    public Action<string>? BeforeRead { get; set; }

    /// <inheritdoc/>
    public IObjectSource Of(ObjectUri uri) => this;

    /// <summary>Writes an object; an earlier one of the key is replaced, and the ETag is another.</summary>
    public void Put(string key, byte[] content)
    {
        lock (_lock)
            _objects[key] = (content, (++_versions).ToString("x8", CultureInfo.InvariantCulture));
    }

    /// <summary>Removes an object.</summary>
    public void Remove(string key)
    {
        lock (_lock)
            _objects.Remove(key);
    }

    /// <summary>Puts all files below a folder, under keys that begin with the prefix.</summary>
    public void PutFolder(string folder, string prefix)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            Put(prefix + Path.GetRelativePath(folder, file).Replace('\\', '/'), File.ReadAllBytes(file));
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ObjectEntry> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken ct)
    {
        ObjectEntry[] all;
        lock (_lock)
        {
            all = [.. _objects.Where(o => o.Key.StartsWith(prefix, StringComparison.Ordinal))
                .Select(o => new ObjectEntry(o.Key, o.Value.Content.Length, o.Value.ETag, DateTimeOffset.UnixEpoch))];
        }
        for (var i = 0; i < all.Length; i++)
        {
            if (i % PageSize == 0)
            {
                await Task.Yield();
                ct.ThrowIfCancellationRequested();
                Pages++;
            }
            yield return all[i];
        }
    }

    /// <inheritdoc/>
    public async Task<string?> ReadAsync(string key, string eTag, long from, Memory<byte> into, CancellationToken ct)
    {
        await Task.Yield();
        BeforeRead?.Invoke(key);
        lock (_lock)
        {
            if (!_objects.TryGetValue(key, out var found))
                return null;
            if (found.ETag == eTag)
            {
                found.Content.AsMemory((int)from, into.Length).CopyTo(into);
                Reads.Enqueue((key, from, into.Length));
            }
            return found.ETag;
        }
    }

    private static int ByBytes(string? left, string? right) => Encoding.UTF8.GetBytes(left!).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(right!));
}
