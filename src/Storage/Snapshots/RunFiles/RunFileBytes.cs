using BatchEngine.Domain;

namespace BatchEngine.Storage.Snapshots.RunFiles;

/// <summary>An opened run file: reads ranges of it. A file of this machine is read at once, without waiting; one elsewhere by a request a range. Not
/// thread-safe.</summary>
internal sealed class RunFileBytes : IDisposable
{
    private readonly RunFileSource _source;
    private readonly Stream? _near;

    /// <summary>Opens it.</summary>
    /// <exception cref="StorageFailedException">It cannot be opened.</exception>
    public RunFileBytes(RunFileSource source)
    {
        _source = source;
        _near = source.Far is null ? source.Open() : null;
    }

    /// <summary>For errors.</summary>
    public string Name => _source.Name;

    /// <summary>The length.</summary>
    public long Length => _near?.Length ?? _source.Far!.Bytes;

    /// <summary>Whether each read is a request to another machine.</summary>
    public bool IsFar => _near is null;

    /// <summary>Fills the target from an offset on.</summary>
    /// <exception cref="CorruptDataException">The file ends before.</exception>
    /// <exception cref="StorageFailedException">It cannot be read.</exception>
    public async ValueTask ReadAsync(long offset, Memory<byte> target, CancellationToken ct)
    {
        try
        {
            if (_source.Far is { } far)
            {
                await far.Blobs.ReadAsync(far.Name, offset, target, ct).ConfigureAwait(false);
                return;
            }
            _near!.Position = offset;
            _near.ReadExactly(target.Span);
        }
        catch (EndOfStreamException e)
        {
            throw new CorruptDataException(Name, $"an end before {target.Length} bytes from offset {offset} were read", "a complete run file", e);
        }
        catch (IOException e)
        {
            throw new StorageFailedException(Name, $"Reading failed ({e.Message}). Try again; if it stays, check the disk.", isTransient: true, e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _near?.Dispose();
}
