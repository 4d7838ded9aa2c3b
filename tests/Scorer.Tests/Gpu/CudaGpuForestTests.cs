using BatchEngine.Scorer.Gpu;


namespace BatchEngine.Scorer.Tests.Gpu;

/// <summary>On a CUDA device; skipped where there is none.</summary>
public sealed class CudaGpuForestTests : GpuForestContract
{
    internal override GpuDevice Device(long memoryBytes)
    {
        if (!CudaDriver.IsPresent())
            Assert.Skip($"NeedsGpu: {CudaDriver.Missing}.");
        var (device, reason) = GpuDevice.OpenCuda(0, memoryBytes);
        if (device is null)
            Assert.Skip($"NeedsGpu: {reason}.");
        return device;
    }
}
