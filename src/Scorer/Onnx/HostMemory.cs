using BatchEngine.Scorer.Inputs;
using Microsoft.ML.OnnxRuntime;

namespace BatchEngine.Scorer.Onnx;

/// <summary>Where the tensors that the runtime reads and writes stand on the host: plain memory, or pages that a card reads and writes by itself.
/// Thread-safe.</summary>
internal sealed class HostMemory : IDisposable
{
    private const string PinnedForCuda = "CudaPinned";

    private readonly OrtAllocator? _allocator;

    private HostMemory(OrtMemoryInfo info, OrtAllocator? allocator) => (Info, _allocator) = (info, allocator);

    /// <summary>Plain memory; disposing it does nothing.</summary>
    public static HostMemory Plain { get; } = new(OrtMemoryInfo.DefaultInstance, null);

    /// <summary>How the runtime names it.</summary>
    public OrtMemoryInfo Info { get; }

    /// <summary>Memory pinned for a card; the session must be on it.</summary>
    public static HostMemory Pinned(InferenceSession session, int deviceId)
    {
        var info = new OrtMemoryInfo(PinnedForCuda, OrtAllocatorType.DeviceAllocator, deviceId, OrtMemType.CpuOutput);
        try
        {
            return new HostMemory(info, new OrtAllocator(session, info));
        }
        catch
        {
            info.Dispose();
            throw;
        }
    }

    /// <summary>Allocates a block of zeros, which is freed before this is disposed.</summary>
    public HostBuffer Allocate(long bytes)
    {
        if (_allocator is not null && bytes > 0)
        {
            var pinned = _allocator.Allocate(checked((uint)bytes));
            var block = new HostBuffer(pinned, pinned.DangerousGetHandle(), bytes);
            block.As<byte>().Clear();
            return block;
        }
        var plain = new AlignedBuffer<long>(checked((int)((bytes + sizeof(long) - 1) / sizeof(long))));
        return new HostBuffer(plain, plain.Length > 0 ? plain.Address(0) : 0, bytes);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_allocator is null)
            return;
        _allocator.Dispose();
        Info.Dispose();
    }
}
