namespace BatchEngine.Scorer.Execution;

/// <summary>Where a model runs.</summary>
public enum ExecutionDevice
{
    /// <summary>The processor. The default.</summary>
    Cpu,

    /// <summary>An NVIDIA card, through the ONNX Runtime CUDA provider; needs the build flavour <c>-p:OnnxRuntime=Gpu</c>.</summary>
    Cuda,
}
