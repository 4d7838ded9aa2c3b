using BatchEngine.Scorer.Gpu;


namespace BatchEngine.Scorer.Tests.Gpu;

/// <summary>On ILGPU's CPU accelerator, everywhere.</summary>
public sealed class SimulatedGpuForestTests : GpuForestContract
{
    internal override GpuDevice Device(long memoryBytes) => SimulatedDevice.Open(memoryBytes);
}
