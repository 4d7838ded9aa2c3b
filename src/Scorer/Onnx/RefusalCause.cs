namespace BatchEngine.Scorer.Onnx;

/// <summary>What stands in the way of an engine.</summary>
internal enum RefusalCause
{
    /// <summary>The model: the engine does not understand it, or would score it otherwise than ONNX Runtime does.</summary>
    Model,

    /// <summary>The device that was asked for: there is none, it failed, or the processor is faster.</summary>
    Device,
}
