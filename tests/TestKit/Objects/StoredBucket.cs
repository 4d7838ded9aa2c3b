using System.Globalization;
using System.Security.Cryptography;

namespace BatchEngine.TestKit.Objects;

/// <summary>The objects of one bucket. Thread-safe.</summary>
public sealed class StoredBucket
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, StoredObject> _objects = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, StoredUpload> _uploads = new(StringComparer.Ordinal);
    private string[]? _sorted;
    private int _sequence;

    /// <summary>Every key, by name.</summary>
    public IReadOnlyList<string> Keys => Sorted();

    /// <summary>Uploads that were neither completed nor given up.</summary>
    public IReadOnlyList<KeyValuePair<string, StoredUpload>> Uploads
    {
        get
        {
            lock (_lock)
                return [.. _uploads];
        }
    }

    /// <summary>The object; null means that there is none.</summary>
    public StoredObject? Find(string key)
    {
        lock (_lock)
            return _objects.GetValueOrDefault(key);
    }

    /// <summary>Writes an object; null means that the condition did not hold.</summary>
    public StoredObject? Put(string key, byte[] content, IReadOnlyDictionary<string, string>? metadata = null, bool onlyIfAbsent = false, string? etag = null)
    {
        var made = new StoredObject(content, etag ?? Convert.ToHexStringLower(MD5.HashData(content)), DateTimeOffset.UtcNow,
            metadata ?? new Dictionary<string, string>());
        lock (_lock)
        {
            if (onlyIfAbsent && _objects.ContainsKey(key))
                return null;
            if (!_objects.ContainsKey(key))
                _sorted = null;
            _objects[key] = made;
            return made;
        }
    }

    /// <summary>Makes an object as old as given.</summary>
    public void Age(string key, TimeSpan age)
    {
        lock (_lock)
            _objects[key] = _objects[key] with { WrittenAt = DateTimeOffset.UtcNow - age };
    }

    /// <summary>Removes an object; false means that there was none.</summary>
    public bool Delete(string key)
    {
        lock (_lock)
        {
            _sorted = null;
            return _objects.Remove(key);
        }
    }

    /// <summary>Starts an upload; gives its id.</summary>
    public string Start(string key, IReadOnlyDictionary<string, string> metadata, DateTimeOffset? startedAt = null)
    {
        lock (_lock)
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"upload-{++_sequence:d6}");
            _uploads[id] = new StoredUpload(key, startedAt ?? DateTimeOffset.UtcNow, metadata);
            return id;
        }
    }

    /// <summary>Takes a part; false means that there is no such upload.</summary>
    public bool Add(string id, int number, byte[] content)
    {
        lock (_lock)
        {
            if (!_uploads.TryGetValue(id, out var upload))
                return false;
            upload.Parts[number] = content;
            return true;
        }
    }

    /// <summary>Makes the object of the parts; null means that there is no such upload.</summary>
    public StoredObject? Complete(string id)
    {
        lock (_lock)
        {
            if (!_uploads.Remove(id, out var upload))
                return null;
            var content = upload.Parts.Values.SelectMany(p => p).ToArray();
            var digests = upload.Parts.Values.SelectMany(MD5.HashData).ToArray();
            var etag = string.Create(CultureInfo.InvariantCulture, $"{Convert.ToHexStringLower(MD5.HashData(digests))}-{upload.Parts.Count}");
            return Put(upload.Key, content, upload.Metadata, etag: etag);
        }
    }

    /// <summary>Gives an upload up; false means that there is none.</summary>
    public bool Abort(string id)
    {
        lock (_lock)
            return _uploads.Remove(id);
    }

    /// <summary>Keys after the given one that start with the prefix, by name.</summary>
    public IEnumerable<string> After(string key, string prefix)
    {
        var sorted = Sorted();
        var from = key.Length == 0 || string.CompareOrdinal(key, prefix) < 0 ? prefix : key;
        var index = Array.BinarySearch(sorted, from, StringComparer.Ordinal);
        for (index = index < 0 ? ~index : index; index < sorted.Length && sorted[index].StartsWith(prefix, StringComparison.Ordinal); index++)
        {
            if (key.Length == 0 || string.CompareOrdinal(sorted[index], key) > 0)
                yield return sorted[index];
        }
    }

    private string[] Sorted()
    {
        lock (_lock)
            return _sorted ??= [.. _objects.Keys.Order(StringComparer.Ordinal)];
    }
}
