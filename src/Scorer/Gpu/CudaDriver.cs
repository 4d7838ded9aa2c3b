using System.Runtime.InteropServices;

namespace BatchEngine.Scorer.Gpu;

/// <summary>The CUDA driver of this machine. It is looked for without ILGPU, which costs a tenth of a second to load, so that a machine without one never
/// pays for it.</summary>
internal static class CudaDriver
{
    /// <summary>What is said where there is none.</summary>
    public const string Missing = "there is no CUDA driver on this machine";

    /// <summary>Whether the driver's library can be loaded.</summary>
    public static bool IsPresent()
    {
        if (!NativeLibrary.TryLoad(OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1", out var driver))
            return false;
        NativeLibrary.Free(driver);
        return true;
    }
}
