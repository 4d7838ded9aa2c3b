using System.Globalization;
using System.IO.Hashing;
using BatchEngine.Domain;
using BatchEngine.Storage.Objects;

namespace BatchEngine.Scorer.Inputs.Manifests;

/// <summary>What planning took from the footers of objects, kept in a folder of this machine: a file for each input, whose objects are known again by name,
/// length and ETag. What cannot be read, or was written by another build, is as good as not there. Thread-safe; several processes may share the
/// folder.</summary>
/// <param name="folder">The folder; made when there is something to keep.</param>
internal sealed class FooterCache(string folder)
{
    private const string Extension = ".footers";

    /// <summary>The most files that are kept, the youngest ones; a job whose pattern has a date leaves one a night.</summary>
    private const int MaxFiles = 64;

    private const int ChecksumBytes = 8;

    private static int s_written;

    /// <summary>What is known of the objects of an input.</summary>
    /// <param name="patterns">The input.</param>
    /// <param name="objects">Its objects, by URI.</param>
    public IReadOnlyDictionary<string, FileFacts> Load(IReadOnlyList<string> patterns, IReadOnlyDictionary<string, ObjectEntry> objects)
    {
        var known = new Dictionary<string, FileFacts>(StringComparer.Ordinal);
        try
        {
            var path = PathOf(patterns);
            if (!File.Exists(path))
                return known;
            var content = File.ReadAllBytes(path);
            if (content.Length < ChecksumBytes || !content.AsSpan(^ChecksumBytes..).SequenceEqual(XxHash3.Hash(content.AsSpan(..^ChecksumBytes))))
                return known;
            var reader = new FooterRecords.Reader(content.AsMemory(..^ChecksumBytes));
            while (reader.Next() is { } record)
            {
                if (objects.TryGetValue(record.Path, out var entry) && entry.ETag == record.ETag && entry.Bytes == record.Bytes)
                    known[record.Path] = record.Facts;
            }
            return known;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or FormatException or OverflowException)
        {
            return known;
        }
    }

    /// <summary>Keeps what is known of the objects of an input, in place of what was kept before.</summary>
    /// <param name="patterns">The input.</param>
    /// <param name="objects">Its objects, by URI.</param>
    /// <param name="facts">What their footers say, by URI.</param>
    public void Save(IReadOnlyList<string> patterns, IReadOnlyDictionary<string, ObjectEntry> objects, IReadOnlyDictionary<string, FileFacts> facts)
    {
        try
        {
            Directory.CreateDirectory(folder);
            var path = PathOf(patterns);
            var partial = string.Create(CultureInfo.InvariantCulture, $"{path}.{Environment.ProcessId}-{Interlocked.Increment(ref s_written)}");
            using (var content = new MemoryStream())
            {
                FooterRecords.Write(content, facts.OrderBy(f => f.Key, StringComparer.Ordinal)
                    .Select(f => new FooterRecord(f.Key, objects[f.Key].ETag, objects[f.Key].Bytes, f.Value)));
                content.Write(XxHash3.Hash(content.GetBuffer().AsSpan(0, (int)content.Length)));
                File.WriteAllBytes(partial, content.GetBuffer().AsSpan(0, (int)content.Length));
            }
            File.Move(partial, path, overwrite: true);
            foreach (var old in new DirectoryInfo(folder).EnumerateFiles().OrderByDescending(f => f.LastWriteTimeUtc)
                .ThenBy(f => f.Name, StringComparer.Ordinal)
                .Skip(MaxFiles).ToList())
                old.Delete();
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
        {
            // The footers are read again next time.
        }
    }

    private string PathOf(IReadOnlyList<string> patterns) => Path.Combine(folder, Digest.Of(string.Join('\n', patterns)).Hex[..32] + Extension);
}
