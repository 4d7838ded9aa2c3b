using System.Collections.Concurrent;
using BatchEngine.Domain;
using BatchEngine.Scorer.Inputs.Files;
using BatchEngine.Storage.Objects;

namespace BatchEngine.Scorer.Inputs.Manifests;

/// <summary>Reads the footers of the objects of an input, many at once.</summary>
internal sealed class ObjectFooters
{
    private const int FilesAtOnce = 32;
    private const int MinGuess = 4 << 10;
    private const int MaxGuess = 1 << 20;

    private readonly InputFiles _files;
    private readonly TrafficTally _tally = new();
    private readonly ConcurrentDictionary<Digest, FileSchema> _schemas = new();
    private int _longest;

    private ObjectFooters(InputFiles files) => _files = files;

    /// <summary>What the footers say, by URI.</summary>
    /// <exception cref="BadInputException">An object is no whole Parquet file, or is replaced meanwhile.</exception>
    /// <param name="patterns">The input.</param>
    /// <param name="objects">Its objects, by URI.</param>
    /// <param name="files">Knows the stores, and where what footers say is kept.</param>
    /// <param name="ct">Stops between files.</param>
    public static async Task<IReadOnlyDictionary<string, FileFacts>> ReadAsync(IReadOnlyList<string> patterns,
        IReadOnlyDictionary<string, ObjectEntry> objects, InputFiles files, CancellationToken ct)
    {
        if (objects.Count == 0)
            return new Dictionary<string, FileFacts>();
        var cache = files.FooterFolder is { } folder ? new FooterCache(folder) : null;
        var known = cache?.Load(patterns, objects);
        if (known?.Count == objects.Count)
            return known;
        var facts = new ConcurrentDictionary<string, FileFacts>(known ?? new Dictionary<string, FileFacts>(), StringComparer.Ordinal);
        var footers = new ObjectFooters(files);
        await Parallel.ForEachAsync(objects.Where(o => !facts.ContainsKey(o.Key)).OrderBy(o => o.Key, StringComparer.Ordinal).ToList(),
            new ParallelOptions { MaxDegreeOfParallelism = FilesAtOnce, CancellationToken = ct },
            async (file, stop) => facts[file.Key] = await footers.ReadAsync(file.Key, file.Value, stop).ConfigureAwait(false)).ConfigureAwait(false);
        cache?.Save(patterns, objects, facts);
        return facts;
    }

    private async Task<FileFacts> ReadAsync(string path, ObjectEntry entry, CancellationToken ct)
    {
        var uri = ObjectUri.Parse(path, path);
        var reads = new ObjectReads(_files.SourceOf(uri), uri, entry, _tally);
        var tail = await ObjectTail.ReadAsync(reads, Guess(), withChunks: false, ct).ConfigureAwait(false);
        Learn(tail.Footer.Length);
        if (tail.Facts is { } facts)
        {
            // Files of one table have one schema, which is worth making once.
            var digest = Digest.Of(tail.Schema);
            if (!_schemas.TryGetValue(digest, out var schema))
                _schemas[digest] = schema = Native(reads, tail, reader => reader.Schema);
            return new FileFacts(facts.Groups, schema);
        }
        return Native(reads, tail, reader => new FileFacts(reader.RowGroupSizes(), reader.Schema));
    }

    private static T Native<T>(ObjectReads reads, ObjectTail tail, Func<InputFileReader, T> take)
    {
        using var reader = InputFileReader.OpenObject(new ObjectFile(reads, tail));
        return take(reader);
    }

    // Footers of one table are of much the same length: a little more than the longest so far saves the second read of most.
    private int Guess() => Volatile.Read(ref _longest) is > 0 and var longest
        ? (int)Math.Clamp(longest + ((long)longest / 8), MinGuess, MaxGuess) : ObjectTail.FirstGuess;

    private void Learn(int length)
    {
        for (var seen = Volatile.Read(ref _longest); seen < length;)
        {
            var before = Interlocked.CompareExchange(ref _longest, length, seen);
            if (before == seen)
                return;
            seen = before;
        }
    }
}
