using BatchEngine.Domain;
using BatchEngine.Scorer.Execution.Forests;
using BatchEngine.Scorer.Execution.Graphs;
using BatchEngine.Scorer.Execution.Onnx;

namespace BatchEngine.Scorer.Execution;

/// <summary>
/// One reading of a model file for everything that opens it: its graph, its forests, a session of ONNX Runtime and the layout of a forest, each made once.
/// Session and layout are made on other threads, beside each
/// other and beside whatever the caller does until it asks for them. Thread-safe; disposing it waits for those threads.
/// </summary>
internal sealed class ModelReading : IDisposable
{
    private readonly Dictionary<OnnxNode, ReadForest> _forests = new(ReferenceEqualityComparer.Instance);
    private readonly ExecutorOptions _options;
    private readonly Lock _gate = new();
    private OpeningSession? _session;
    private Task<ForestLayout>? _layout;

    private ModelReading(string path, OnnxGraph graph, ExecutorOptions options) => (Path, Graph, _options) = (path, graph, options);

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>What it holds.</summary>
    public OnnxGraph Graph { get; }

    /// <summary>What the model reads and gives, as the runtime says; waits for the session.</summary>
    /// <exception cref="BadInputException">The runtime refuses the file.</exception>
    public ModelSignature Signature => OnnxModel.SignatureOf(Session.Session);

    /// <summary>The session, begun when it is first asked for.</summary>
    public OpeningSession Session
    {
        get
        {
            lock (_gate)
                return _session ??= new OpeningSession(Path, _options);
        }
    }

    /// <summary>Reads a file and makes sure that its forests can be handed to ONNX Runtime, which does not check everything before it follows a branch or a
    /// weight.</summary>
    /// <param name="path">An existing file.</param>
    /// <param name="options">How the session is opened, on the processor.</param>
    /// <exception cref="BadInputException">It is no ONNX model, or a forest is broken; tree and node are named.</exception>
    public static ModelReading Of(string path, ExecutorOptions options)
    {
        var reading = new ModelReading(path, OnnxGraph.ReadFile(path), options);
        foreach (var node in reading.Graph.Nodes.Where(ForestReader.IsForest))
            reading._forests.Add(node, new ReadForest(node, path));
        return reading;
    }

    /// <summary>Begins what opening the model will need: the session, and the layout where an engine of ours will take it.</summary>
    public void Begin()
    {
        _ = Session;
        if (_options.Engine != "onnx" && _forests.Count == 1 && _forests.Values.Single() is { IsUnderstood: true } forest
            && ForestScores.Refusal(forest.Model) is null)
            BeginLayout(forest);
    }

    /// <summary>The forest of a node.</summary>
    public ReadForest ForestOf(OnnxNode node) => _forests[node];

    /// <summary>The layout of a forest of this file; waits for it.</summary>
    public ForestLayout LayoutOf(ForestModel model)
    {
        Task<ForestLayout>? begun;
        lock (_gate)
            begun = _layout;
        return begun?.GetAwaiter().GetResult() is { } layout && ReferenceEquals(layout.Model, model) ? layout : ForestLayout.Of(model);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Whoever wanted the layout has been told what went wrong.
        if (_layout is not null)
            Task.WhenAny(_layout).GetAwaiter().GetResult();
        _session?.Dispose();
    }

    private void BeginLayout(ReadForest forest)
    {
        lock (_gate)
            _layout ??= Task.Run(() => ForestLayout.Of(forest.Counted));
    }
}
