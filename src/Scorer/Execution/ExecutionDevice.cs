namespace BatchEngine.Scorer.Execution;

/// <summary>Where a model runs.</summary>
public enum ExecutionDevice
{
    /// <summary>The processor. The default.</summary>
    Cpu,

    /// <summary>An NVIDIA card: forests by our own kernels, other models through the ONNX Runtime CUDA provider, which needs the build flavour
    /// <c>-p:OnnxRuntime=Gpu</c>. Without one the processor, and a note.</summary>
    Cuda,

    /// <summary>Whatever was measured to be faster when the model was loaded.</summary>
    Auto,
}
