using BatchEngine.Domain;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Graphs;
using BatchEngine.Scorer.Onnx.Sessions;
using Microsoft.ML.OnnxRuntime;

namespace BatchEngine.Scorer.Onnx;

/// <summary>A model in one shared ONNX Runtime session. Thread-safe.</summary>
internal sealed class OnnxModel : LoadedModel
{
    // Measured on 2 Zen 4 cores (facts in docs): a 50-256-256-1 network runs 1.5 times faster at 256 rows than at 65,536; trees do not care, and fewer calls
    // are cheaper.
    private const int NetworkSubBatchRows = 512;
    private const int TreeSubBatchRows = 8_192;

    // Three and four layers of 2,048 and 4,096 values (67 and 201 MB): 2.3 to 3.4 times the file while it was opened, 1 to 2.1 times afterwards.
    private const int NetworkMemoryFactor = 4;

    // A card needs thousands of rows at once to be busy.
    private const int CudaSubBatchRows = 16_384;

    private readonly InferenceSession _session;
    private readonly string _path;
    private readonly InputLayout _inputs;
    private readonly OutputLayout _outputs;
    private readonly HostMemory _memory;
    private readonly bool _bindsMemory;

    private OnnxModel(InferenceSession session, string path, InputLayout inputs, OutputLayout outputs, IReadOnlyList<AcceptedValues> accepted, int subBatchRows,
        ExecutionDevice device, HostMemory memory, bool bindsMemory)
    {
        (_memory, _bindsMemory) = (memory, bindsMemory);
        _session = session;
        _path = path;
        _inputs = inputs;
        _outputs = outputs;
        Accepted = accepted;
        SubBatchRows = subBatchRows;
        IsOnDevice = device == ExecutionDevice.Cuda;
        Name = IsOnDevice ? "onnx-cuda" : "onnx-cpu";
        Signature = SignatureOf(session);
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    /// <remarks>Another version of the runtime may round otherwise: after an update the first night scores every row.</remarks>
    public override string Arithmetic => $"{Name} {OrtEnv.Instance().GetVersionString()}";

    /// <inheritdoc/>
    public override int MemoryFactor => HoldsTrees ? base.MemoryFactor : NetworkMemoryFactor;

    private bool HoldsTrees { get; init; }

    /// <inheritdoc/>
    public override bool IsOnDevice { get; }

    /// <inheritdoc/>
    public override ModelSignature Signature { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> FeatureNames => _inputs.FeatureNames;

    /// <inheritdoc/>
    public override IReadOnlyList<Features.FeatureStorage>? WantedStorage => _inputs.WantedStorage;

    /// <inheritdoc/>
    public override IReadOnlyList<OutputColumn> Outputs => _outputs.Columns;

    /// <inheritdoc/>
    public override bool GivesConfidence => _outputs.GivesConfidence;

    /// <inheritdoc/>
    public override IReadOnlyList<AcceptedValues> Accepted { get; }

    /// <summary>Which feature feeds which input.</summary>
    public InputLayout Inputs => _inputs;

    /// <summary>Which output fills which columns.</summary>
    public OutputLayout OutputLayout => _outputs;

    private bool OwnsSession { get; init; } = true;

    /// <summary>Rows per call into the runtime.</summary>
    public int SubBatchRows { get; }

    /// <summary>The version of the native library.</summary>
    public static string RuntimeVersion => OrtEnv.Instance().GetVersionString();

    /// <summary>Loads a model for the given features.</summary>
    /// <param name="file">The file; its session is taken over.</param>
    /// <param name="featureNames">The features in the spec's order.</param>
    /// <param name="options">How to run it, on the processor whatever device they name.</param>
    /// <param name="bindsMemory">Run through an I/O binding, as on a device; makes no difference to results.</param>
    /// <exception cref="BadInputException">The file is no model, or its inputs do not match the features.</exception>
    public static OnnxModel Open(ModelFile file, IReadOnlyList<string> featureNames, ExecutorOptions options, bool bindsMemory = false) =>
        Of(file.Session.Take(), file, featureNames, options with { Device = ExecutionDevice.Cpu }, bindsMemory);

    /// <summary>The same over a session that stays the file's, for a look at what the model does.</summary>
    /// <exception cref="BadInputException">The file is no model, or its inputs do not match the features.</exception>
    public static OnnxModel Borrow(ModelFile file, IReadOnlyList<string> featureNames, ExecutorOptions options) =>
        Of(file.Session.Session, file, featureNames, options with { Device = ExecutionDevice.Cpu }, bindsMemory: false, ownsSession: false);

    /// <summary>Loads a model on a CUDA device, or says in a sentence why the runtime cannot.</summary>
    /// <exception cref="BadInputException">Its inputs do not match the features.</exception>
    public static (OnnxModel? Model, string? Reason) OpenOnCuda(ModelFile file, IReadOnlyList<string> featureNames, ExecutorOptions options)
    {
        var (session, reason) = OnnxSession.OpenOnCuda(file.Model, options);
        if (session is null)
            return (null, reason);
        try
        {
            return (Of(session, file, featureNames, options with { Device = ExecutionDevice.Cuda }, bindsMemory: true), null);
        }
        catch (OnnxRuntimeException failure)
        {
            return (null, OnnxSession.CudaRefusal(options.DeviceId, failure));
        }
        catch (BadInputException failure) when (failure.InnerException is OnnxRuntimeException)
        {
            // The trial run failed: the processor's own trial tells whether it was the model or the device.
            return (null, OnnxSession.CudaRefusal(options.DeviceId, failure.InnerException));
        }
    }

    private static OnnxModel Of(InferenceSession session, ModelFile file, IReadOnlyList<string> featureNames, ExecutorOptions options, bool bindsMemory,
        bool ownsSession = true)
    {
        var (graph, path) = (file.Graph, file.Path);
        try
        {
            var signature = SignatureOf(session);
            var inputs = InputLayout.Match(path, signature, featureNames);
            var outputs = OutputDiscovery.Of(path, session, signature, inputs, graph);
            var memory = options.Device == ExecutionDevice.Cuda ? HostMemory.Pinned(session, options.DeviceId) : HostMemory.Plain;
            return new OnnxModel(session, path, inputs, outputs, Accepts(graph, inputs), SubBatch(options, graph, inputs), options.Device, memory, bindsMemory)
            {
                OwnsSession = ownsSession,
                HoldsTrees = GraphFacts.Uses(graph, "TreeEnsemble"),
            };
        }
        catch when (ownsSession)
        {
            session.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override IModelExecutor CreateExecutor() => new OnnxExecutor(this, _session, _path, _inputs, _outputs, _memory, _bindsMemory);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (!disposing)
            return;
        _memory.Dispose();
        if (OwnsSession)
            _session.Dispose();
    }

    private static AcceptedValues[] Accepts(OnnxGraph graph, InputLayout inputs)
    {
        var missing = new MissingFlow(graph);
        var accepted = new AcceptedValues[inputs.FeatureNames.Count];
        foreach (var part in inputs.Parts)
        {
            var takes = part.IsFloating ? missing.Accepts(part.Spec.Name, part.Width) : new bool[part.Width];
            for (var i = 0; i < part.Width; i++)
                accepted[part.Features[i]] = part.Accepts(takes[i]);
        }
        return accepted;
    }

    private static int SubBatch(ExecutorOptions options, OnnxGraph graph, InputLayout inputs)
    {
        if (inputs.FixedRows > 0)
            return inputs.FixedRows;
        if (options.SubBatchRows > 0)
            return Math.Min(options.SubBatchRows, ExecutorOptions.MaxSubBatchRows);
        if (options.Device == ExecutionDevice.Cuda)
            return CudaSubBatchRows;
        return GraphFacts.Uses(graph, "TreeEnsemble") ? TreeSubBatchRows : NetworkSubBatchRows;
    }

    /// <summary>What a session reads and gives.</summary>
    public static ModelSignature SignatureOf(InferenceSession session) => new(
        [.. session.InputNames.Select(name => Spec(name, session.InputMetadata[name]))],
        [.. session.OutputNames.Select(name => Spec(name, session.OutputMetadata[name]))]);

    private static TensorSpec Spec(string name, NodeMetadata metadata) => metadata.OnnxValueType switch
    {
        OnnxValueType.ONNX_TYPE_TENSOR => new TensorSpec(name, ElementTypes.Of(metadata.ElementDataType), [.. metadata.Dimensions.Select(d => (long)d)]),
        OnnxValueType.ONNX_TYPE_SEQUENCE => new TensorSpec(name, metadata.AsSequenceMetadata().ElementMeta.OnnxValueType switch
        {
            OnnxValueType.ONNX_TYPE_MAP => TensorElement.SequenceOfMaps,
            OnnxValueType.ONNX_TYPE_TENSOR => TensorElement.SequenceOfTensors,
            _ => TensorElement.Unsupported,
        }, []),
        _ => new TensorSpec(name, TensorElement.Unsupported, []),
    };
}
