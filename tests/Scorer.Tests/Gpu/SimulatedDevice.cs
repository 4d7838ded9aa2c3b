using BatchEngine.Scorer.Gpu;
using ILGPU;
using ILGPU.Runtime.CPU;

namespace BatchEngine.Scorer.Tests.Gpu;

/// <summary>ILGPU's CPU accelerator, which runs the kernels thread by thread: right, and far too slow for anything but tests.</summary>
internal static class SimulatedDevice
{
    public static GpuDevice Open(long memoryLimitBytes)
    {
        var context = Context.Create(builder => builder.CPU(CPUDeviceKind.Default));
        return new GpuDevice(context, context.GetCPUDevice(0).CreateCPUAccelerator(context), "cpu", memoryLimitBytes);
    }
}
