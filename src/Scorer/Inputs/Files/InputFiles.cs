using BatchEngine.Domain;
using BatchEngine.Storage.Objects;

namespace BatchEngine.Scorer.Inputs.Files;

/// <summary>Where input files are: on this machine, and in the object stores that it knows. Thread-safe.</summary>
/// <param name="sources">The object stores; null means that only paths of this machine can be read.</param>
public sealed class InputFiles(IObjectSources? sources)
{
    private readonly FooterShelf _footers = new();

    /// <summary>Only files of this machine.</summary>
    public static InputFiles OfThisMachine { get; } = new(null);

    /// <summary>A folder in which planning keeps what footers of objects say, so that it reads each once; null means that they are read each time.</summary>
    public string? FooterFolder { get; init; }

    /// <summary>The store of a URI.</summary>
    /// <exception cref="BadInputException">There is none here.</exception>
    internal IObjectSource SourceOf(ObjectUri uri) => sources?.Of(uri)
        ?? throw new BadInputException(uri.ToString(), "a URI", "a path of this machine", "Copy the files here first: this command reads no object store.");

    /// <summary>Opens an object of a manifest.</summary>
    /// <param name="planned">Its URI, length and ETag.</param>
    /// <param name="tally">Counts what is fetched.</param>
    internal ObjectFile Open(InputFile planned, TrafficTally tally)
    {
        var uri = ObjectUri.Parse(planned.Path, planned.Path);
        var reads = new ObjectReads(SourceOf(uri), uri, new ObjectEntry(uri.Key, planned.Bytes, planned.ContentTag, default), tally);
        if (_footers.Find(planned.Path, planned.ContentTag) is not { } tail)
        {
            // On the pool: a decoding thread that waits must not be the one that goes on.
            tail = Task.Run(() => ObjectTail.ReadAsync(reads, ObjectTail.FirstGuess, withChunks: true, CancellationToken.None)).GetAwaiter().GetResult();
            _footers.Add(planned.Path, planned.ContentTag, tail);
        }
        return new ObjectFile(reads, tail);
    }
}
