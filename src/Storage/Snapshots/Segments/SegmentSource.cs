using System.IO.MemoryMappedFiles;
using BatchEngine.Domain;
using Microsoft.Win32.SafeHandles;

namespace BatchEngine.Storage.Snapshots.Segments;

/// <summary>Where the bytes of a segment that is opened come from: the file, mapped, or a copy in memory of ours. Not thread-safe.</summary>
internal abstract unsafe class SegmentSource : IDisposable
{
    /// <summary>The first byte; valid until disposed.</summary>
    public abstract byte* Start { get; }

    /// <summary>Makes bytes readable at their place behind <see cref="Start"/>.</summary>
    /// <exception cref="CorruptDataException">The file became shorter.</exception>
    public abstract void Load(long offset, long count);

    /// <summary>Called once, when all of it is loaded and verified.</summary>
    public virtual void Complete()
    {
    }

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>The file itself. It must not become shorter while it is mapped: the system ends a process that reads beyond its end.</summary>
    public sealed class Mapped : SegmentSource
    {
        private readonly MemoryMappedFile _file;
        private readonly MemoryMappedViewAccessor _view;
        private readonly byte* _start;

        public Mapped(string path)
        {
            _file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
            _view = _file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
            _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
        }

        public override byte* Start => _start;

        public override void Load(long offset, long count)
        {
            // The system does, when they are read.
        }

        public override void Dispose()
        {
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _view.Dispose();
            _file.Dispose();
        }
    }

    /// <summary>Bytes that are in memory of ours already.</summary>
    public sealed class Loaded(byte* target) : SegmentSource
    {
        public override byte* Start => target;

        public override void Load(long offset, long count)
        {
            // All are there.
        }

        public override void Dispose()
        {
            // The memory is the snapshot's.
        }
    }

    /// <summary>A copy: whatever becomes of the file, the bytes stay those that were verified.</summary>
    public sealed class Copied(string path, byte* target) : SegmentSource
    {
        private readonly SafeFileHandle _file = File.OpenHandle(path, options: FileOptions.SequentialScan);

        public override byte* Start => target;

        public override void Load(long offset, long count)
        {
            for (long done = 0; done < count;)
            {
                var room = new Span<byte>(target + offset + done, (int)Math.Min(count - done, SegmentHeader.BlockBytes));
                var read = RandomAccess.Read(_file, room, offset + done);
                if (read == 0)
                    throw new CorruptDataException($"Segment {path}", $"an end at byte {offset + done}", $"at least {offset + count} bytes");
                done += read;
            }
        }

        public override void Complete() => _file.Dispose();

        public override void Dispose() => _file.Dispose();
    }
}
