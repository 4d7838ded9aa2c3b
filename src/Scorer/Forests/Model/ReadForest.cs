using BatchEngine.Scorer.Graphs;


namespace BatchEngine.Scorer.Forests.Model;

/// <summary>A forest of a model file, read and checked once. Thread-safe.</summary>
internal sealed class ReadForest
{
    private readonly ForestModel? _model;
    private readonly string _notUnderstood = "";
    private readonly Lazy<ForestModel> _counted;

    /// <summary>Reads one operator.</summary>
    /// <param name="node">A tree ensemble.</param>
    /// <param name="place">The model, for errors.</param>
    /// <exception cref="Domain.BadInputException">It is not a valid ensemble; tree and node are named.</exception>
    public ReadForest(OnnxNode node, string place)
    {
        try
        {
            _model = ForestReader.Read(node, place);
        }
        catch (NotUnderstoodException reason)
        {
            // Sound, and the runtime's to run.
            _notUnderstood = reason.Message;
        }
        _counted = new Lazy<ForestModel>(() => ForestPresence.Add(Model));
    }

    /// <summary>Whether it can be had here at all.</summary>
    public bool IsUnderstood => _model is not null;

    /// <summary>The forest as the file says.</summary>
    /// <exception cref="NotUnderstoodException">It uses what is not read here.</exception>
    public ForestModel Model => _model ?? throw new NotUnderstoodException(_notUnderstood);

    /// <summary>The same with the counts of <see cref="ForestPresence"/>, as it is scored.</summary>
    /// <exception cref="NotUnderstoodException">It uses what is not read here.</exception>
    public ForestModel Counted => _counted.Value;
}
