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

    private ModelFile(string path, OnnxGraph graph, ExecutorOptions options) => (Path, Graph, _options) = (path, graph, options);

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>What it holds.</summary>
    public OnnxGraph Graph { get; }

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
                return _session ??= new OpeningSession(Path, _options);
        }
    }

    /// <summary>Reads the graph.</summary>
    /// <param name="path">An existing file.</param>
    /// <param name="options">How the session is opened, on the processor.</param>
    /// <exception cref="BadInputException">It is no ONNX model, or damaged.</exception>
    public static ModelFile Read(string path, ExecutorOptions options) => new(path, OnnxGraph.ReadFile(path), options);

    /// <inheritdoc/>
    public void Dispose() => _session?.Dispose();
}
