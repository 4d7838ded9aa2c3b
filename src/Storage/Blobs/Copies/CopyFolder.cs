using System.Globalization;
using BatchEngine.Domain;
using Microsoft.Win32.SafeHandles;

namespace BatchEngine.Storage.Blobs.Copies;

/// <summary>The folder in which copies lie, as several processes share it. Thread-safe.</summary>
/// <remarks>
/// A copy is a folder KEY with the file "hold" and its content. Who uses a copy shares the lock of "hold"; who evicts it takes that lock alone, so nothing
/// that is held is ever removed. An empty "hold" says that the copy is on its way out, to whoever opened it before it went. While it is fetched a copy lies
/// below "partial", its "hold" locked by the process that writes it: one that is free there was left by a process that was killed.
/// </remarks>
/// <param name="folder">On a disk of this machine; made when it is first used.</param>
/// <param name="limitBytes">The most that the copies take together; null means a quarter of the disk.</param>
internal sealed class CopyFolder(string folder, long? limitBytes)
{
    private const string Hold = "hold", Content = "content", PartialName = "partial", LockSuffix = ".lock";
    private const int ShareOfDisk = 4;
    private readonly string _partials = Path.Combine(folder, PartialName);
    private int _sequence;
    private long _limit;

    /// <summary>Where it is.</summary>
    public string Place => folder;

    /// <summary>The most that the copies take together.</summary>
    public long LimitBytes => _limit > 0 ? _limit : _limit = limitBytes ?? Math.Max(1, new DriveInfo(folder).TotalSize / ShareOfDisk);

    /// <summary>A file of a copy that is held.</summary>
    public string FileOf(string key, CopiedFile file) => Path.Combine(folder, key, Content, file.Path);

    /// <summary>Shares a copy, which makes it the last one to be evicted; null means that there is none, <paramref name="isBusy"/> that it is being put
    /// there or evicted in this moment.</summary>
    public SafeFileHandle? TryHold(string key, out bool isBusy)
    {
        isBusy = false;
        var path = Path.Combine(folder, key, Hold);
        try
        {
            var hold = FileLock.TryShare(path);
            if (hold is null)
            {
                isBusy = true;
                return null;
            }
            if (RandomAccess.GetLength(hold) > 0)
            {
                // Real time on purpose: files carry the times of the system.
                File.SetLastWriteTimeUtc(path, TimeProvider.System.GetUtcNow().UtcDateTime);
                return hold;
            }
            hold.Dispose();
            return null;
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Waits until no other process fetches the copy.</summary>
    public async Task<IDisposable> LockFetchAsync(string key, CancellationToken ct)
    {
        Directory.CreateDirectory(_partials);
        return await FileLock.TakeAsync(Path.Combine(_partials, key + LockSuffix), ct).ConfigureAwait(false);
    }

    /// <summary>Makes room, and a folder to fetch a copy into; it counts from now on.</summary>
    /// <param name="wish">What is to be fetched.</param>
    /// <param name="isEmptied">Evicts everything that nobody holds, since the disk is full.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <exception cref="StorageFailedException">What is in use leaves no room below the limit.</exception>
    public async Task<PartialCopy> ReserveAsync(CopyWish wish, bool isEmptied, CancellationToken ct)
    {
        using var room = await FileLock.TakeAsync(Path.Combine(folder, LockSuffix), ct).ConfigureAwait(false);
        Sweep();
        var copies = Copies();
        var taken = copies.Sum(c => c.Bytes) + Partials().Sum(p => CopyWish.BytesOf(p.Name) ?? 0);
        var free = new DriveInfo(folder).AvailableFreeSpace;
        foreach (var (oldest, bytes) in copies.OrderBy(c => c.UsedAt).Select(c => (c.Folder, c.Bytes)))
        {
            if (!isEmptied && taken + wish.Bytes <= LimitBytes && wish.Bytes <= free)
                break;
            if (TryEvict(oldest))
                (taken, free) = (taken - bytes, free + bytes);
        }
        if (taken + wish.Bytes > LimitBytes)
            throw new StorageFailedException(folder, $"{wish.Files[0].BlobName} takes {Figures.Bytes(wish.Bytes)}, and the copies here that are in use take "
                + $"{Figures.Bytes(taken)} of at most {Figures.Bytes(LimitBytes)}. Raise copies.limit, or run less at once on this machine.",
                isTransient: true);
        var partial = Path.Combine(_partials, NewName(wish.Key));
        Directory.CreateDirectory(Path.Combine(partial, Content));
        var hold = FileLock.TryTake(Path.Combine(partial, Hold), FileMode.CreateNew)
            ?? throw new InvariantBrokenException("a new file is nobody's", partial);
        return new PartialCopy(partial, Path.Combine(partial, Content), hold);
    }

    /// <summary>Gives what was fetched its name; another process may have been faster, then what it fetched stays.</summary>
    public void Publish(PartialCopy partial, string key)
    {
        // What is empty is on its way out, in the eyes of all who open it.
        RandomAccess.Write(partial.Hold, [1], 0);
        var target = Path.Combine(folder, key);
        try
        {
            Directory.Move(partial.Folder, target);
        }
        catch (IOException) when (Directory.Exists(target))
        {
            // It has the same content.
        }
    }

    /// <summary>Takes a copy out of its place, because it is damaged or half gone; those who have it open keep what they have. Only while its fetching is
    /// locked. A whole one that came there meanwhile stays, unless it is known to be damaged.</summary>
    public async Task SetAsideAsync(string key, bool isDamaged, CancellationToken ct)
    {
        using var room = await FileLock.TakeAsync(Path.Combine(folder, LockSuffix), ct).ConfigureAwait(false);
        var place = new DirectoryInfo(Path.Combine(folder, key));
        if (!place.Exists)
            return;
        var hold = Path.Combine(place.FullName, Hold);
        if (new FileInfo(hold) is { Exists: true } lives)
        {
            if (!isDamaged && lives.Length > 0)
                return;
            using var mark = File.OpenHandle(hold, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
            RandomAccess.SetLength(mark, 0);
        }
        place.MoveTo(Path.Combine(_partials, NewName(key)));
    }

    private List<(DirectoryInfo Folder, long Bytes, DateTime UsedAt)> Copies() =>
        [.. new DirectoryInfo(folder).EnumerateDirectories().Where(d => d.Name != PartialName && CopyWish.BytesOf(d.Name) is not null)
            .Select(d => (d, CopyWish.BytesOf(d.Name)!.Value, File.GetLastWriteTimeUtc(Path.Combine(d.FullName, Hold))))];

    private IEnumerable<DirectoryInfo> Partials() => new DirectoryInfo(_partials).EnumerateDirectories();

    // What processes left that were killed; and what was set aside, once nobody has it any more.
    private void Sweep()
    {
        foreach (var left in Partials().ToList())
            TryRemove(left);
        foreach (var left in new DirectoryInfo(_partials).EnumerateFiles("*" + LockSuffix).ToList())
        {
            // Somebody who opens it now fetches beside the one who makes it anew, which does no harm.
            using var free = FileLock.TryTake(left.FullName, FileMode.Open);
            if (free is not null)
                left.Delete();
        }
    }

    private bool TryEvict(DirectoryInfo copy)
    {
        using (var hold = TryTakeHold(copy))
        {
            if (hold is null && File.Exists(Path.Combine(copy.FullName, Hold)))
                return false;
            if (hold is not null)
                RandomAccess.SetLength(hold, 0);
            copy.MoveTo(Path.Combine(_partials, NewName(copy.Name)));
        }
        return TryRemove(copy);
    }

    private static bool TryRemove(DirectoryInfo left)
    {
        using (var hold = TryTakeHold(left))
        {
            if (hold is null && File.Exists(Path.Combine(left.FullName, Hold)))
                return false;
        }
        try
        {
            left.Delete(recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // Whoever worked on it removed it itself.
        }
        return true;
    }

    private static SafeFileHandle? TryTakeHold(DirectoryInfo copy)
    {
        try
        {
            return FileLock.TryTake(Path.Combine(copy.FullName, Hold), FileMode.Open);
        }
        catch (Exception none) when (none is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    // Two containers may have processes of one number: what is taken is stepped over. The length stays behind the last dash.
    private string NewName(string key)
    {
        while (true)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}.{Interlocked.Increment(ref _sequence)}.{key}");
            if (!Directory.Exists(Path.Combine(_partials, name)))
                return name;
        }
    }
}
