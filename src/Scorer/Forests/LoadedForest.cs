using System.Collections.Concurrent;
using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Forests.Graph;
using BatchEngine.Scorer.Forests.Slices;
using BatchEngine.Scorer.Forests.Walks;
using BatchEngine.Scorer.Onnx;

namespace BatchEngine.Scorer.Forests;

/// <summary>A forest and its neighbours, laid out for this processor. Thread-safe.</summary>
internal class LoadedForest : LoadedModel
{
    private readonly ForestLayout _treeLayout;
    private readonly ConcurrentDictionary<int, Lazy<ForestLayout>> _appended = new();

    /// <summary>Takes the description of inputs and outputs from the same model opened with ONNX Runtime.</summary>
    public LoadedForest(OnnxModel model, ColumnGraph graph, ForestLayout trees)
    {
        (Graph, _treeLayout) = (graph, trees);
        Signature = model.Signature;
        FeatureNames = model.FeatureNames;
        OutputLayout = model.OutputLayout;
        Accepted = model.Accepted;
        Detail = DetailOf(trees);
        Name = $"forest-{trees.Choice.Block}";
    }

    /// <summary>The same model over another way of running its graph.</summary>
    protected LoadedForest(LoadedForest model, ColumnGraph graph, string name)
    {
        (Graph, Name) = (graph, name);
        (Signature, FeatureNames, OutputLayout, Accepted) = (model.Signature, model.FeatureNames, model.OutputLayout, model.Accepted);
        _treeLayout = model._treeLayout;
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override string Arithmetic => "forest";

    /// <inheritdoc/>
    public override string Detail { get; } = "";

    /// <inheritdoc/>
    public override ModelSignature Signature { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> FeatureNames { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<OutputColumn> Outputs => OutputLayout.Columns;

    /// <inheritdoc/>
    public override bool GivesConfidence => OutputLayout.GivesConfidence;

    /// <inheritdoc/>
    public override IReadOnlyList<AcceptedValues> Accepted { get; }

    /// <summary>The graph.</summary>
    public ColumnGraph Graph { get; }

    /// <summary>Which columns of a prediction are what.</summary>
    public OutputLayout OutputLayout { get; }

    /// <summary>The trees for walking.</summary>
    public WalkForest Walk => _treeLayout.Walk;

    /// <summary>Rows from which on the block kernel is faster.</summary>
    public virtual int BlockFromRows => _treeLayout.BlockFromRows;

    /// <summary>Rows that are worked on at a time: a multiple of the kernels' blocks; all columns of a chunk fit into the second-level cache for usual
    /// widths.</summary>
    public virtual int ChunkRows => 4 * SlicePlan.BlockRows;

    /// <inheritdoc/>
    public override int SumCount => Graph.Forest.Model.TargetCount;

    /// <inheritdoc/>
    public override bool SumsAreOutputs => Graph.GivesSums;

    /// <inheritdoc/>
    public override ISumContinuation ContinueAfter(int firstTrees) =>
        new SumContinuation(this, _appended.GetOrAdd(firstTrees, n => new Lazy<ForestLayout>(() => ForestLayout.Of(Graph.Forest.Model.After(n)))).Value);

    /// <inheritdoc/>
    public override IModelExecutor CreateExecutor() => new ForestExecutor(this);

    /// <summary>Whether <see cref="JointForest"/> can take it: sums, decided in bits to their ends, on the processor.</summary>
    public virtual bool CanJoin => _treeLayout.Plan is { Tails: null };

    /// <summary>The kernel for few rows.</summary>
    public ForestKernel CreateWalk() => _treeLayout.CreateWalk();

    /// <summary>The kernel for many rows.</summary>
    public virtual ForestKernel CreateBlock() => _treeLayout.CreateBlock();

    private static string DetailOf(ForestLayout layout)
    {
        var trees = string.Create(CultureInfo.InvariantCulture, $"{layout.Model.TreeCount:N0} trees");
        if (layout.Choice.Block == KernelNames.Walk)
        {
            var why = layout.Refusal ?? (layout.Plan is null ? "a tree is too large to be laid out otherwise" : "so few that bits do not pay");
            return $"{trees}, walked: {why}";
        }
        var how = layout.Plan!.Tails is null ? "in bits"
            : string.Create(CultureInfo.InvariantCulture, $"in bits down to {SlicePlan.WalkedExits} exits each, then walked");
        return string.Create(CultureInfo.InvariantCulture, $"{trees} {how}; fewer than {layout.BlockFromRows} rows are walked");
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
    }
}
