using BatchEngine.Scorer.Forests.Model;

namespace BatchEngine.Scorer.Forests.Walks;

/// <summary>A kernel of the processor: it can also go on from sums that other trees left, as if those had been added up before. Not thread-safe: one per
/// worker.</summary>
internal abstract unsafe class AddingKernel(ForestModel model) : ForestKernel
{
    /// <summary>The forest.</summary>
    protected ForestModel Model { get; } = model;

    /// <inheritdoc/>
    public sealed override void Sum(float** columns, int rows, float* sums, int stride)
    {
        var start = StartOf(Model.Aggregate);
        for (var target = 0; target < Model.TargetCount; target++)
            new Span<float>(sums + ((long)target * stride), rows).Fill(start);
        Add(columns, rows, sums, stride);
    }

    /// <summary>Adds the leaf values, tree after tree, to what stands in the sums (or takes the least or largest of both).</summary>
    /// <param name="columns">The address of each feature's first row.</param>
    /// <param name="rows">Rows, at least 1.</param>
    /// <param name="sums">Target after target: read, and written.</param>
    /// <param name="stride">Floats from one target to the next, at least <paramref name="rows"/>.</param>
    public abstract void Add(float** columns, int rows, float* sums, int stride);

    /// <summary>One step of the aggregate.</summary>
    protected static float Combine(ForestAggregate aggregate, float score, float value) => aggregate switch
    {
        ForestAggregate.Min => value < score ? value : score,
        ForestAggregate.Max => value > score ? value : score,
        _ => score + value,
    };

    private static float StartOf(ForestAggregate aggregate) => aggregate switch
    {
        ForestAggregate.Min => float.PositiveInfinity,
        ForestAggregate.Max => float.NegativeInfinity,
        _ => 0,
    };
}
