using BatchEngine.Scorer.Gpu;
using BatchEngine.Scorer.Onnx;
using BatchEngine.Scorer.Onnx.Sessions;

namespace BatchEngine.Scorer.Execution.Opening;

/// <summary>What this machine has to run models on, for a person who wants to know why none is used.</summary>
public static class ExecutionDevices
{
    /// <summary>The version of ONNX Runtime's native library.</summary>
    public static string OnnxRuntimeVersion => OnnxModel.RuntimeVersion;

    /// <summary>All devices that ILGPU names, the best kind first. Loads ILGPU, a tenth of a second.</summary>
    public static IReadOnlyList<DeviceInfo> Find() => DeviceSearch.Find();

    /// <summary>Why forests cannot run on a CUDA device, in a sentence; null means that they can.</summary>
    /// <param name="deviceId">Which, counted from 0.</param>
    public static string? ForestProblem(int deviceId) => DeviceSearch.CudaProblem(deviceId);

    /// <summary>Why this build of ONNX Runtime cannot use a CUDA device, and what to do, in a sentence; null means that it can.</summary>
    /// <param name="deviceId">Which, counted from 0.</param>
    public static string? OnnxProblem(int deviceId) => OnnxSession.CudaProblem(deviceId);
}
