namespace BatchEngine.Scorer.Execution;

/// <summary>How a model is to be run.</summary>
/// <param name="Engine">The engine by name ("gpu", "forest", "onnx"), or "auto": the first that understands the model. Default "auto".</param>
/// <param name="Device">Where it runs. Default the processor.</param>
/// <param name="DeviceId">Which card, counted from 0. Default 0.</param>
/// <param name="SubBatchRows">Rows per call into ONNX Runtime; 0 means chosen by the kind of model (a small one for networks, a large one for trees).
/// Boundaries are fixed inside a unit.</param>
/// <param name="IntraOpThreads">Threads inside one call; default 1, because one worker runs per core.</param>
/// <param name="DeviceMemoryBytes">The most memory of a card that one model may use. Default 1 GiB.</param>
public sealed record ExecutorOptions(string Engine, ExecutionDevice Device, int DeviceId, int SubBatchRows, int IntraOpThreads, long DeviceMemoryBytes)
{
    /// <summary>The model's outputs that are kept, by name; empty (the default) means all but those that ML.NET's exporter adds to pass inputs on.</summary>
    public IReadOnlyList<string> Outputs { get; init; } = [];

    /// <summary>The engine that is chosen by the model.</summary>
    public const string AutoEngine = "auto";

    /// <summary>The most rows of one call into ONNX Runtime.</summary>
    public const int MaxSubBatchRows = 1_048_576;

    /// <summary>The least that <see cref="DeviceMemoryBytes"/> may be: 16 MiB.</summary>
    public const long MinDeviceMemoryBytes = 1L << 24;

    /// <summary>The default of <see cref="DeviceMemoryBytes"/>.</summary>
    public const long DefaultDeviceMemoryBytes = 1L << 30;

    /// <summary>Every option at its default.</summary>
    public static ExecutorOptions Default { get; } = new(AutoEngine, ExecutionDevice.Cpu, 0, 0, 1, DefaultDeviceMemoryBytes);
}
