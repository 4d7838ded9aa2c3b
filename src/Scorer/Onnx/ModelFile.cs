using BatchEngine.Domain;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Graphs;
using BatchEngine.Scorer.Onnx.Sessions;

namespace BatchEngine.Scorer.Onnx;

/// <summary>
/// A model file as all engines share it: its graph, and the session of ONNX Runtime, which another thread opens once somebody asks for it. The runtime does
/// not check everything before it follows a branch or a weight, so whoever reads a file checks its forests before the session is asked for. Thread-safe;
/// disposing it waits for that thread.
/// </summary>
internal sealed class ModelFile : IDisposable
{
    private readonly ExecutorOptions _options;
    private readonly Lock _gate = new();
    private OpeningSession? _session;

    private ModelFile(SessionModel model, OnnxGraph graph, ExecutorOptions options) => (Model, Graph, _options) = (model, graph, options);

    /// <summary>Where it is.</summary>
    public string Path => Model.Path;

    /// <summary>What sessions are opened over: the file, without the outputs that are not kept.</summary>
    public SessionModel Model { get; }

    /// <summary>What that holds.</summary>
    public OnnxGraph Graph { get; }

    /// <summary>Outputs that were left out unasked, because they only pass inputs on.</summary>
    public IReadOnlyList<string> LeftOut { get; private init; } = [];

    /// <summary>The file and those that it names.</summary>
    public ModelContent Content => new(Path, Graph.WeightFiles);

    /// <summary>What the model reads and gives, as the runtime says; waits for the session.</summary>
    /// <exception cref="BadInputException">The runtime refuses the file.</exception>
    public ModelSignature Signature => OnnxModel.SignatureOf(Session.Session);

    /// <summary>The session, begun when it is first asked for.</summary>
    public OpeningSession Session
    {
        get
        {
            lock (_gate)
                return _session ??= new OpeningSession(Model, _options);
        }
    }

    /// <summary>Reads the graph, and takes out of it what the outputs that are kept do not need.</summary>
    /// <param name="path">An existing file.</param>
    /// <param name="options">How the session is opened, on the processor, and which outputs are kept.</param>
    /// <exception cref="BadInputException">It is no ONNX model, or damaged, or has no output of a name that is asked for.</exception>
    public static ModelFile Read(string path, ExecutorOptions options)
    {
        var whole = OnnxGraph.ReadFile(path);
        var choice = OutputChoice.Of(whole, options.Outputs, path);
        if (choice.Kept.Count == whole.Outputs.Count)
            return new ModelFile(new SessionModel(path), whole, options);
        var bytes = GraphPruning.Keep(File.ReadAllBytes(path), whole, choice.Kept.ToHashSet(StringComparer.Ordinal));
        return new ModelFile(new SessionModel(path, bytes), OnnxGraph.Read(bytes, path) with { WeightFiles = whole.WeightFiles }, options)
        {
            LeftOut = choice.LeftOut,
        };
    }

    /// <inheritdoc/>
    public void Dispose() => _session?.Dispose();
}
