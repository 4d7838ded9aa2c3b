using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using BatchEngine.Domain;

namespace BatchEngine.Storage.Blobs;

/// <summary>Blobs as files of one folder, which several processes may share. Thread-safe.</summary>
/// <remarks>Temporaries live in the folder ".uncommitted" beside the blobs, on the same disk, so that a rename publishes them and a listing never meets
/// them.</remarks>
public sealed class LocalFolderBlobs : IBlobStore
{
    private const int ReadBufferBytes = 1 << 16;
    private readonly string _root;
    private readonly TemporaryBlobs _temporaries;
    private readonly OwnerFile _owner;
    private readonly ConcurrentBag<Task> _flushes = [];

    /// <summary>Uses the folder; it is created with the first blob.</summary>
    public LocalFolderBlobs(string root)
    {
        _root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));
        _temporaries = new TemporaryBlobs(_root);
        _owner = new OwnerFile(_root, _temporaries);
    }

    /// <summary>Whether committed blobs become durable with the next <see cref="FlushAsync"/> only, in the background until then; default no, a commit waits
    /// for the disk.</summary>
    public bool FlushesLater { get; init; }

    /// <summary>Waits until everything committed so far is durable. Without <see cref="FlushesLater"/> it is already.</summary>
    /// <exception cref="StorageFailedException">The disk failed; blobs committed since the last call may be lost.</exception>
    public async Task FlushAsync()
    {
        while (_flushes.TryTake(out var flush))
            await flush.ConfigureAwait(false);
        if (FlushesLater && Directory.Exists(_root))
        {
            foreach (var folder in Directory.EnumerateDirectories(_root, "*", SearchOption.AllDirectories).Prepend(_root))
                Guard(folder, () => { FolderSync.Flush(folder); return 0; });
        }
    }

    /// <inheritdoc/>
    public string Place => _root;

    /// <summary>A blob's file, which need not exist.</summary>
    public string FileOf(string name) => Path.Combine(_root, Path.Combine(BlobNaming.Check(name).Split('/')));

    /// <inheritdoc/>
    public string PlaceOf(string name) => FileOf(name);

    /// <inheritdoc/>
    public Task<string?> OwnerAsync(CancellationToken ct) => Task.FromResult(Guard(_root, _owner.Read));

    /// <inheritdoc/>
    public Task<string> ClaimAsync(string owner, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        return Task.FromResult(Guard(_root, () => _owner.Claim(owner)));
    }

    /// <inheritdoc/>
    public Task<BlobWriter> CreateAsync(string name, CancellationToken ct)
    {
        var path = FileOf(name);
        ct.ThrowIfCancellationRequested();
        return Task.FromResult<BlobWriter>(
            Guard(path, () => new LocalBlobWriter(name, _temporaries.Create(Path.GetFileName(path)), path, FlushesLater ? FlushLater : null)));
    }

    /// <inheritdoc/>
    public Task<Stream> OpenReadAsync(string name, CancellationToken ct)
    {
        var path = FileOf(name);
        ct.ThrowIfCancellationRequested();
        return Task.FromResult<Stream>(Guard(path, () => Open(path)));
    }

    /// <inheritdoc/>
    public Task VerifyAsync(string name, long bytes, ulong checksum, CancellationToken ct)
    {
        try
        {
            var path = FileOf(name);
            Guard(path, () => Verify(path, bytes, checksum, ct));
            return Task.CompletedTask;
        }
        catch (Exception failure)
        {
            return failure is OperationCanceledException ? Task.FromCanceled(ct) : Task.FromException(failure);
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<BlobEntry> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken ct)
    {
        var entries = await Task.Run(() => Guard(_root, () => Entries(prefix)), ct).ConfigureAwait(false);
        foreach (var entry in entries)
        {
            ct.ThrowIfCancellationRequested();
            yield return entry;
        }
    }

    /// <inheritdoc/>
    public Task<bool> DeleteAsync(string name, CancellationToken ct)
    {
        var path = FileOf(name);
        ct.ThrowIfCancellationRequested();
        return Task.FromResult(Guard(path, () =>
        {
            if (!File.Exists(path))
                return false;
            File.Delete(path);
            return true;
        }));
    }

    /// <inheritdoc/>
    public Task<bool> DeleteOlderAsync(string name, DateTimeOffset before, CancellationToken ct)
    {
        var path = FileOf(name);
        ct.ThrowIfCancellationRequested();
        return Task.FromResult(Guard(path, () => _temporaries.Sweep(path, before.UtcDateTime)));
    }

    /// <inheritdoc/>
    public Task<bool> RenewAsync(string name, CancellationToken ct)
    {
        var path = FileOf(name);
        ct.ThrowIfCancellationRequested();
        return Task.FromResult(Guard(path, () => Renew(path)));
    }

    /// <inheritdoc/>
    public Task<long?> LengthAsync(string name, CancellationToken ct)
    {
        var path = FileOf(name);
        ct.ThrowIfCancellationRequested();
        return Task.FromResult(Guard(path, () => new FileInfo(path) is { Exists: true } file ? file.Length : (long?)null));
    }

    /// <inheritdoc/>
    public Task<int> DeleteUncommittedAsync(DateTimeOffset before, CancellationToken ct) =>
        Task.Run(() => Guard(_temporaries.Folder, () => _temporaries.DeleteOlder(before, ct)), ct);

    private static bool Renew(string path)
    {
        try
        {
            // Real time on purpose: files carry the times of the system.
            File.SetLastWriteTimeUtc(path, TimeProvider.System.GetUtcNow().UtcDateTime);
            return true;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
    }

    private static bool Verify(string path, long bytes, ulong checksum, CancellationToken ct)
    {
        try
        {
            if (new FileInfo(path).Length is var length && length != bytes)
                throw new CorruptDataException(path, Bytes(length), Bytes(bytes));
            var (_, seen) = FileChecksum.Of(path, ct);
            return seen == checksum ? true : throw new CorruptDataException(path, $"checksum {seen:x16}", $"{checksum:x16}");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CorruptDataException(path, "no file", "the blob that was written", e);
        }
    }

    private void FlushLater(FileStream file) => _flushes.Add(Task.Run(() => Guard(file.Name, () =>
    {
        using (file)
            RandomAccess.FlushToDisk(file.SafeFileHandle);
        return 0;
    })));

    private static FileStream Open(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, ReadBufferBytes, FileOptions.None);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CorruptDataException(path, "no file", "the blob that was written", e);
        }
    }

    private List<BlobEntry> Entries(string prefix)
    {
        // Only the folder that the prefix leads into is walked: a store holds the blobs of every night.
        var top = Path.Combine(_root, Path.Combine([.. prefix.Split('/').SkipLast(1)]));
        if ((prefix.Length > 0 && !BlobNaming.IsName(prefix + "a")) || !Directory.Exists(top))
            return [];
        var options = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = false, AttributesToSkip = FileAttributes.None };
        return [.. new DirectoryInfo(top).EnumerateFiles("*", options)
            .Select(f => (File: f, Name: Path.GetRelativePath(_root, f.FullName).Replace('\\', '/')))
            .Where(e => e.Name.StartsWith(prefix, StringComparison.Ordinal) && BlobNaming.IsName(e.Name))
            .OrderBy(e => e.Name, StringComparer.Ordinal)
            .Select(e => new BlobEntry(e.Name, e.File.Length, new DateTimeOffset(e.File.LastWriteTimeUtc)))];
    }

    private static string Bytes(long count) => string.Create(CultureInfo.InvariantCulture, $"{count} bytes");

    private static T Guard<T>(string place, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (BlobFailures.IsOne(e))
        {
            throw BlobFailures.Explain(place, e);
        }
    }
}
