using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace BatchEngine.Scorer.Gpu;

/// <summary>A device that kernels run on, and how much of its memory one model may use. Thread-safe; dispose it after everything made on it.</summary>
internal sealed class GpuDevice : IDisposable
{
    // Enough rows to hide memory latency, few enough that a multiprocessor holds several groups.
    private const int MaxGroupRows = 256;

    private readonly Context _context;
    private readonly long _memoryLimitBytes;
    private long _usedBytes;

    /// <summary>Takes over an accelerator and its context.</summary>
    /// <param name="context">The context.</param>
    /// <param name="accelerator">One of its accelerators.</param>
    /// <param name="kind">"cuda", or "cpu" where tests run the kernels thread by thread.</param>
    /// <param name="memoryLimitBytes">What one model may use of it.</param>
    public GpuDevice(Context context, Accelerator accelerator, string kind, long memoryLimitBytes)
    {
        (_context, Accelerator, Kind, _memoryLimitBytes) = (context, accelerator, kind, memoryLimitBytes);
        GroupRows = Math.Min(MaxGroupRows, accelerator.MaxNumThreadsPerGroup);
    }

    /// <summary>"cuda" or "cpu", the last part of the executor's name.</summary>
    public string Kind { get; }

    /// <summary>The device's own name.</summary>
    public string Name => Accelerator.Name;

    /// <summary>The ILGPU accelerator.</summary>
    public Accelerator Accelerator { get; }

    /// <summary>Threads of a group.</summary>
    public int GroupRows { get; }

    /// <summary>Bytes of device memory that are in use by buffers made here.</summary>
    public long UsedBytes => Interlocked.Read(ref _usedBytes);

    /// <summary>Bytes that may still be allocated.</summary>
    public long FreeBytes => _memoryLimitBytes - UsedBytes;

    /// <summary>Opens a CUDA device, or says in a sentence why there is none. The driver must be there: see <see cref="CudaDriver"/>.</summary>
    /// <param name="deviceId">Which, counted from 0.</param>
    /// <param name="memoryLimitBytes">What one model may use of it.</param>
    public static (GpuDevice? Device, string? Reason) OpenCuda(int deviceId, long memoryLimitBytes)
    {
        Context? context = null;
        try
        {
            // Only what leaves kernels exact: no fast mathematics, and level O1, because O2 is known to make wrong addresses.
            context = Context.Create(builder => builder.Cuda().Optimize(OptimizationLevel.O1).Math(MathMode.Default));
            var devices = context.GetCudaDevices();
            if (devices.Count == 0)
                throw new NotSupportedException("the CUDA driver names no device that can be used");
            if (deviceId >= devices.Count)
                throw new NotSupportedException($"there is no CUDA device {deviceId}, only {devices.Count} counted from 0");
            return (new GpuDevice(context, devices[deviceId].CreateCudaAccelerator(context), "cuda", memoryLimitBytes), null);
        }
        catch (Exception failure) when (failure is AcceleratorException or NotSupportedException or DllNotFoundException or EntryPointNotFoundException
            or InternalCompilerException)
        {
            context?.Dispose();
            return (null, failure.Message);
        }
    }

    /// <summary>Allocates device memory.</summary>
    /// <exception cref="DeviceMemoryException">The limit is reached, or the device has no more.</exception>
    public MemoryBuffer1D<T, Stride1D.Dense> Allocate<T>(long length)
        where T : unmanaged
    {
        var bytes = Math.Max(1, length) * Interop.SizeOf<T>();
        if (Interlocked.Add(ref _usedBytes, bytes) > _memoryLimitBytes)
        {
            Interlocked.Add(ref _usedBytes, -bytes);
            throw new DeviceMemoryException(bytes, FreeBytes);
        }
        try
        {
            return Accelerator.Allocate1D<T>(Math.Max(1, length));
        }
        catch (AcceleratorException failure)
        {
            Interlocked.Add(ref _usedBytes, -bytes);
            throw new DeviceMemoryException(bytes, FreeBytes, failure);
        }
    }

    /// <summary>Allocates device memory and fills it.</summary>
    /// <exception cref="DeviceMemoryException">The limit is reached, or the device has no more.</exception>
    public MemoryBuffer1D<T, Stride1D.Dense> Upload<T>(T[] values)
        where T : unmanaged
    {
        var buffer = Allocate<T>(values.Length);
        if (values.Length > 0)
            buffer.View.SubView(0, values.Length).CopyFromCPU(values);
        return buffer;
    }

    /// <summary>Frees memory that was allocated here; never fails, because a device that failed may refuse to free as well, and its memory goes with its
    /// context.</summary>
    public void Free<T>(MemoryBuffer1D<T, Stride1D.Dense>? buffer)
        where T : unmanaged
    {
        if (buffer is null || buffer.IsDisposed)
            return;
        Interlocked.Add(ref _usedBytes, -buffer.LengthInBytes);
        try
        {
            buffer.Dispose();
        }
        catch (AcceleratorException)
        {
            // The processor has taken over by now, and the run ends well.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            Accelerator.Dispose();
        }
        catch (AcceleratorException)
        {
            // As with its memory: a device that failed does not fail a run that the processor finished.
        }
        _context.Dispose();
    }
}
