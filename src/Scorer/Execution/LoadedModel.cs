using BatchEngine.Domain;
using BatchEngine.Scorer.Features;

namespace BatchEngine.Scorer.Execution;

/// <summary>One model in memory, shared by all workers of a process. Thread-safe; dispose it after all its executors.</summary>
public abstract class LoadedModel : IDisposable
{
    // A forest of 500 trees in 2.3 MB holds 15 MB, and the collector keeps some of what reading it took.
    private const int ForestMemoryFactor = 16;

    private long _labelsBesideTheLargest;

    /// <summary>The stable name of the way it runs, as configuration and reports name it: "onnx-cpu", "onnx-cuda", "forest-...", "forest-ilgpu-cuda".</summary>
    public abstract string Name { get; }

    /// <summary>Models with the same arithmetic give the same bits for the same rows, whichever of their kernels runs; default the name.</summary>
    public virtual string Arithmetic => Name;

    /// <summary>What the model reads and gives, as its file says.</summary>
    public abstract ModelSignature Signature { get; }

    /// <summary>The features it was opened for, in the model's order.</summary>
    public abstract IReadOnlyList<string> FeatureNames { get; }

    /// <summary>What the name does not say about the way it runs, in a sentence; empty when there is nothing more to say.</summary>
    public virtual string Detail => "";

    /// <summary>How the model wants each feature kept; null means everything as 32-bit floats.</summary>
    public virtual IReadOnlyList<FeatureStorage>? WantedStorage => null;

    /// <summary>One column per float of a prediction, in the order of the model's outputs.</summary>
    public abstract IReadOnlyList<OutputColumn> Outputs { get; }

    /// <summary>Whether its executors fill <see cref="UnitPredictions.Confidence"/>: it is a classifier that gives probabilities.</summary>
    public abstract bool GivesConfidence { get; }

    /// <summary>What it takes in each feature, in the order of <see cref="FeatureNames"/>. Rows with anything else are rejected.</summary>
    public abstract IReadOnlyList<AcceptedValues> Accepted { get; }

    /// <summary>Whether it can take a missing value (NaN) in every feature.</summary>
    public bool AcceptsMissing => Accepted.All(a => a.Missing);

    /// <summary>How much memory it takes for each byte of its files, the moment of opening it included.</summary>
    public virtual int MemoryFactor => ForestMemoryFactor;

    /// <summary>Why other engines or devices did not take it, one sentence each, for <c>models show</c>; empty when the first one did. Grows when a device
    /// fails later.</summary>
    public IReadOnlyList<string> Notes { get; internal set; } = [];

    /// <summary>Outputs of the file that were left out unasked, because they only pass inputs on.</summary>
    public IReadOnlyList<string> LeftOut { get; internal set; } = [];

    /// <summary>What its scores and labels do not tell by themselves, found when it was opened.</summary>
    public ModelCaveats Caveats { get; internal set; } = ModelCaveats.None;

    /// <summary>How the scores of a row depend on the other rows of its batch, in a sentence; null when they do not, as of every forest, or when it could not
    /// be
    /// tried. Rows of such a model are scored only within whole units.</summary>
    public string? Coupling { get; internal set; }

    /// <summary>Rows scored so far whose label was not the class of the largest probability.</summary>
    public long LabelsBesideTheLargest => Interlocked.Read(ref _labelsBesideTheLargest);

    /// <summary>Whether it runs on a card.</summary>
    public virtual bool IsOnDevice => false;

    /// <summary>Why the processor scores though a card was asked for, in one line; null when none was, or when it is used.</summary>
    public string? DeviceNote { get; internal set; }

    /// <summary>Sums of trees behind a prediction, before base values and transforms, that later trees could go on from; 0 means that it has none: no forest
    /// of ours.</summary>
    public virtual int SumCount => 0;

    /// <summary>Whether the outputs are those sums, so that nothing more needs to be kept to go on from them.</summary>
    public virtual bool SumsAreOutputs => false;

    /// <summary>Makes predictions of the first trees' sums with its own buffers, for one thread.</summary>
    /// <param name="firstTrees">Trees that are in the sums, at least 1 and fewer than all.</param>
    /// <exception cref="InvalidOperationException">The model has no sums.</exception>
    public virtual ISumContinuation ContinueAfter(int firstTrees) =>
        throw new InvalidOperationException($"A model that runs as {Name} has no sums to go on from.");

    /// <summary>Adds a scored unit to <see cref="LabelsBesideTheLargest"/>.</summary>
    internal void Count(UnitPredictions scored)
    {
        if (scored.LabelsBesideTheLargest > 0)
            Interlocked.Add(ref _labelsBesideTheLargest, scored.LabelsBesideTheLargest);
    }

    /// <summary>A new executor with its own buffers, for one thread.</summary>
    public abstract IModelExecutor CreateExecutor();

    /// <summary>Frees the model.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees what the engine holds.</summary>
    protected abstract void Dispose(bool disposing);
}
