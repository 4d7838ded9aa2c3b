using System.Reflection;
using System.Runtime.InteropServices;
using BatchEngine.Scorer.Execution.Opening;
using BatchEngine.Scorer.Measuring;

namespace BatchEngine.Host.Bench;

/// <summary>What the figures were measured on.</summary>
/// <param name="Processor">Its name as the system tells it.</param>
/// <param name="Cores">Cores that this process may use.</param>
/// <param name="Vectors">The widest vectors that the kernels use.</param>
/// <param name="System">Operating system.</param>
/// <param name="Runtime">.NET.</param>
/// <param name="BatchEngine">This program's version.</param>
/// <param name="OnnxRuntime">ONNX Runtime's version.</param>
/// <param name="CopyBytesPerSecond">What one thread copies from memory to memory.</param>
internal sealed record BenchMachine(string Processor, int Cores, string Vectors, string System, string Runtime, string BatchEngine, string OnnxRuntime,
    double CopyBytesPerSecond)
{
    /// <summary>This machine.</summary>
    /// <param name="copyBytesPerSecond">As measured.</param>
    public static BenchMachine This(double copyBytesPerSecond) =>
        new(ProcessorFacts.Name(), Environment.ProcessorCount, ProcessorFacts.Vectors,
        RuntimeInformation.OSDescription, RuntimeInformation.FrameworkDescription, VersionOf(typeof(BenchMachine).Assembly),
            ExecutionDevices.OnnxRuntimeVersion, copyBytesPerSecond);

    private static string VersionOf(Assembly assembly) => assembly.GetName().Version?.ToString(3) ?? "unknown";
}
