namespace BatchEngine.Storage.Blobs;

/// <summary>Writes a temporary file; committing syncs it, renames it to its name and syncs the folder. Not thread-safe.</summary>
internal sealed class LocalBlobWriter : BlobWriter
{
    private readonly FileStream _file;
    private readonly ChecksumStream _content;
    private readonly string _finalPath;
    private readonly Action<FileStream>? _flushLater;
    private bool _isOver;

    /// <summary>Takes over an open temporary file.</summary>
    /// <param name="name">The blob's name.</param>
    /// <param name="file">The temporary, created new.</param>
    /// <param name="finalPath">Where it goes.</param>
    /// <param name="flushLater">Takes over the file when it is committed, to sync and close it; null syncs before the commit returns.</param>
    public LocalBlobWriter(string name, FileStream file, string finalPath, Action<FileStream>? flushLater = null)
    {
        (Name, _file, _finalPath, _flushLater) = (name, file, finalPath, flushLater);
        _content = new ChecksumStream(file, finalPath);
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override Stream Content => _content;

    /// <inheritdoc/>
    public override async Task<BlobInfo> CommitAsync(CancellationToken ct)
    {
        if (_isOver)
            throw new InvalidOperationException($"The writer of blob '{Name}' was committed or disposed before.");
        ct.ThrowIfCancellationRequested();
        try
        {
            _file.Flush(flushToDisk: _flushLater is null);
            if (_flushLater is null)
                await _file.DisposeAsync().ConfigureAwait(false);
            var folder = Path.GetDirectoryName(_finalPath)!;
            FolderSync.Create(folder);
            File.Move(_file.Name, _finalPath, overwrite: true);
            _isOver = true;
            if (_flushLater is null)
                FolderSync.Flush(folder);
            else
                _flushLater(_file);
            return new BlobInfo(Name, _content.Length, _content.Checksum);
        }
        catch (Exception e) when (BlobFailures.IsOne(e))
        {
            throw BlobFailures.Explain(_finalPath, e);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        if (_isOver)
            return;
        _isOver = true;
        try
        {
            await _file.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (BlobFailures.IsOne(e))
        {
            // Buffered bytes that no longer fit the disk: they belong to a temporary that goes away now.
        }
        try
        {
            File.Delete(_file.Name);
        }
        catch (Exception e) when (BlobFailures.IsOne(e))
        {
            // The sweeper removes it later; the failure that led here is the one to report.
        }
    }
}
