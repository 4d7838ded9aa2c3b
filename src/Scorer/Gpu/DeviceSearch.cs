using BatchEngine.Scorer.Execution;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace BatchEngine.Scorer.Gpu;

/// <summary>Looks for devices.</summary>
internal static class DeviceSearch
{
    /// <summary>All that there are; kernels run on CUDA devices, and in tests on the CPU accelerator.</summary>
    public static IReadOnlyList<DeviceInfo> Find()
    {
        using var context = Context.Create(builder =>
        {
            if (CudaDriver.IsPresent())
                builder.Cuda();
            builder.OpenCL().CPU(CPUDeviceKind.Default);
        });
        var found = new List<DeviceInfo>();
        foreach (var device in context.GetCudaDevices())
            found.Add(Info("cuda", device, found, device.MemorySize));
        foreach (var device in context.GetCLDevices())
            found.Add(Info("opencl", device, found, device.MemorySize));
        foreach (var device in context.GetCPUDevices())
            found.Add(Info("cpu", device, found, 0));
        return found;
    }

    /// <summary>Why kernels cannot run on a CUDA device; null means that they can.</summary>
    public static string? CudaProblem(int deviceId)
    {
        if (!CudaDriver.IsPresent())
            return CudaDriver.Missing;
        var (device, reason) = GpuDevice.OpenCuda(deviceId, ExecutorOptions.MinDeviceMemoryBytes);
        device?.Dispose();
        return reason;
    }

    private static DeviceInfo Info(string kind, Device device, List<DeviceInfo> before, long memoryBytes) =>
        new(kind, before.Count(d => d.Kind == kind), device.Name, memoryBytes, device.NumMultiprocessors, kind == "cuda");
}
