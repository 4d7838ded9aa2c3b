using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using BatchEngine.Domain;
using Microsoft.Win32.SafeHandles;

namespace BatchEngine.Storage.Blobs.Copies;

/// <summary>Blobs as files of this machine. A store that is a folder gives its own files; of any other one, copies are kept in a folder that several
/// processes may share: verified when they are fetched and when a process first uses them, bounded in bytes, the longest unused evicted first. Thread-safe.
/// </summary>
public sealed class LocalCopies
{
    private const int BufferBytes = 1 << 20;

    // What a connection damages is fetched once more; what is damaged twice is damaged in the store.
    private const int MaxFetches = 2;

    // A copy that others put there and evict again and again, or set aside as damaged, is not waited for forever.
    private const int MaxTries = 1000;
    private readonly LocalFolderBlobs? _own;
    private readonly CopyFolder _folder;
    private readonly ConcurrentDictionary<string, CopyEntry> _entries = new(StringComparer.Ordinal);

    /// <summary>Copies of a store.</summary>
    /// <param name="blobs">The store.</param>
    /// <param name="folder">Where copies lie; made when the first is fetched.</param>
    /// <param name="limitBytes">The most that they take together; null means a quarter of the disk.</param>
    public LocalCopies(IBlobStore blobs, string folder, long? limitBytes) =>
        (Blobs, _own, _folder) = (blobs, blobs as LocalFolderBlobs, new CopyFolder(Path.GetFullPath(folder), limitBytes));

    /// <summary>The store.</summary>
    public IBlobStore Blobs { get; }

    /// <summary>Whether the store is a folder, so that nothing is ever copied.</summary>
    public bool AreOwnFiles => _own is not null;

    /// <summary>Holds a blob as a file. A folder's own file is not looked at; a copy is verified.</summary>
    /// <param name="artifact">What was recorded of the blob.</param>
    /// <param name="ct">Stops waiting and fetching.</param>
    /// <exception cref="CorruptDataException">The store has no such blob, or another content.</exception>
    /// <exception cref="StorageFailedException">The store cannot be read, or the folder of the copies cannot be written or is full.</exception>
    public Task<LocalCopy> HoldAsync(Artifact artifact, CancellationToken ct) => _own is not null
        ? Task.FromResult(new LocalCopy(_own.FileOf(artifact.BlobName)))
        : HoldCopyAsync(new CopyWish(string.Create(CultureInfo.InvariantCulture, $"x{artifact.Checksum:x16}"),
            [new CopiedFile(artifact.BlobName, "blob", artifact.Bytes, new ContentMark.Checksum(artifact.Checksum))]), ct);

    /// <summary>Holds blobs as files of one folder, under the names that they are to have there. A folder's own files are given where they lie so already, and
    /// are read and verified each time.</summary>
    /// <param name="content">What tells them apart from all others.</param>
    /// <param name="files">At least one; the first is the file that is given.</param>
    /// <param name="ct">Stops waiting and fetching.</param>
    /// <exception cref="CorruptDataException">The store lacks a blob, or has another content.</exception>
    /// <exception cref="StorageFailedException">The store cannot be read, or the folder of the copies cannot be written or is full.</exception>
    public async Task<LocalCopy> HoldAsync(Digest content, IReadOnlyList<CopiedFile> files, CancellationToken ct)
    {
        if (_own is null || Path.GetDirectoryName(_own.FileOf(files[0].BlobName)) is not { } folder
            || files.Any(f => Path.GetFullPath(Path.Combine(folder, f.Path)) != _own.FileOf(f.BlobName)))
            return await HoldCopyAsync(new CopyWish($"s{content.Hex}", files), ct).ConfigureAwait(false);
        foreach (var file in files)
            await PassAsync(file, Stream.Null, ct).ConfigureAwait(false);
        return new LocalCopy(_own.FileOf(files[0].BlobName));
    }

    private async Task<LocalCopy> HoldCopyAsync(CopyWish wish, CancellationToken ct)
    {
        var entry = _entries.GetOrAdd(wish.Key, static _ => new CopyEntry());
        await entry.Gate.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            var path = _folder.FileOf(wish.Key, wish.Files[0]);
            if (entry.TryShare())
            {
                if (File.Exists(path))
                    return new LocalCopy(path, entry.Release);
                entry.Release(); // Somebody removed it by hand.
            }
            entry.Share(await ObtainAsync(wish, entry, ct).ConfigureAwait(false));
            return new LocalCopy(path, entry.Release);
        }
        catch (Exception e) when (BlobFailures.IsOne(e))
        {
            throw Explain(wish, e);
        }
        finally
        {
            entry.Gate.Release();
        }
    }

    private async Task<SafeFileHandle> ObtainAsync(CopyWish wish, CopyEntry entry, CancellationToken ct)
    {
        for (var tries = 0; tries < MaxTries; tries++)
        {
            var hold = _folder.TryHold(wish.Key, out var isBusy);
            if (hold is not null && (entry.IsVerified ? IsThere(wish) : entry.IsVerified = IsSound(wish, ct)))
                return hold;
            hold?.Dispose();
            entry.IsVerified = false;
            if (isBusy)
                await FileLock.PauseAsync(ct).ConfigureAwait(false);
            else
                await FetchAsync(wish, ct).ConfigureAwait(false);
        }
        throw new StorageFailedException(_folder.Place,
            $"the copy of {wish.Files[0].BlobName} goes away as soon as it is there. Raise copies.limit, or look for "
            + "a program that removes files there.", isTransient: true);
    }

    /// <summary>Fetches a copy, unless another process has done so meanwhile.</summary>
    private async Task FetchAsync(CopyWish wish, CancellationToken ct)
    {
        using var fetch = await _folder.LockFetchAsync(wish.Key, ct).ConfigureAwait(false);
        bool isDamaged;
        using (var hold = _folder.TryHold(wish.Key, out var isBusy))
        {
            isDamaged = hold is not null;
            if (isBusy || (isDamaged && IsSound(wish, ct)))
                return;
        }
        await _folder.SetAsideAsync(wish.Key, isDamaged, ct).ConfigureAwait(false);
        try
        {
            await FetchAsync(wish, isEmptied: false, ct).ConfigureAwait(false);
        }
        catch (IOException full) when (BlobFailures.IsFull(full))
        {
            await FetchAsync(wish, isEmptied: true, ct).ConfigureAwait(false);
        }
    }

    private async Task FetchAsync(CopyWish wish, bool isEmptied, CancellationToken ct)
    {
        using var partial = await _folder.ReserveAsync(wish, isEmptied, ct).ConfigureAwait(false);
        foreach (var file in wish.Files)
        {
            var path = Path.Combine(partial.Content, file.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            for (var fetches = 1; ; fetches++)
            {
                try
                {
                    // The room is asked for before the first byte comes: a full disk is found at once.
                    await using var target = new FileStream(path, new FileStreamOptions
                    {
                        Mode = FileMode.Create,
                        Access = FileAccess.Write,
                        BufferSize = 0,
                        PreallocationSize = file.Bytes,
                    });
                    await PassAsync(file, target, ct).ConfigureAwait(false);
                    break;
                }
                catch (CorruptDataException) when (fetches < MaxFetches)
                {
                    // Once more.
                }
            }
        }
        _folder.Publish(partial, wish.Key);
    }

    /// <summary>Reads a blob of the store to its end, hands its bytes on, and compares what was read with what was recorded.</summary>
    private async Task PassAsync(CopiedFile file, Stream target, CancellationToken ct)
    {
        var source = await Blobs.OpenReadAsync(file.BlobName, ct).ConfigureAwait(false);
        await using var read = source.ConfigureAwait(false);
        using var hash = file.Mark.Begin();
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            while (await ReadAsync(file, source, buffer, ct).ConfigureAwait(false) is > 0 and var count)
            {
                hash.Append(buffer.AsSpan(0, count));
                await target.WriteAsync(buffer.AsMemory(0, count), ct).ConfigureAwait(false);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
        if (hash.Finish() is var seen && seen != file.Mark.Text)
            throw new CorruptDataException(Blobs.PlaceOf(file.BlobName), seen, file.Mark.Text);
    }

    private async Task<int> ReadAsync(CopiedFile file, Stream source, byte[] buffer, CancellationToken ct)
    {
        try
        {
            return await source.ReadAsync(buffer, ct).ConfigureAwait(false);
        }
        catch (IOException failure)
        {
            throw new StorageFailedException(Blobs.PlaceOf(file.BlobName), $"it cannot be read to its end ({failure.Message}). Try again.", isTransient: true,
                failure);
        }
    }

    private bool IsThere(CopyWish wish) =>
        wish.Files.All(file => new FileInfo(_folder.FileOf(wish.Key, file)) is { Exists: true } there && there.Length == file.Bytes);

    /// <summary>Whether every byte of a copy that is held is as it was recorded.</summary>
    private bool IsSound(CopyWish wish, CancellationToken ct) => IsThere(wish) && wish.Files.All(file =>
    {
        using var hash = file.Mark.Begin();
        return FileContent.Read(_folder.FileOf(wish.Key, file), hash.Append, ct) == file.Bytes && hash.Finish() == file.Mark.Text;
    });

    private StorageFailedException Explain(CopyWish wish, Exception failure) => new(_folder.Place, BlobFailures.IsFull(failure)
        ? $"the disk or the user's quota is full: {wish.Files[0].BlobName}, {Figures.Bytes(wish.Bytes)}, cannot be copied here. Free space, or set "
            + "copies.folder to a folder of another disk."
        : $"{wish.Files[0].BlobName} cannot be copied here ({failure.Message}). Give this user the right to write the folder, or set "
            + "copies.folder to another one.",
        isTransient: BlobFailures.IsFull(failure), failure);
}
