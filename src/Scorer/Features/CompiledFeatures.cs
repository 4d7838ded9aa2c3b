using BatchEngine.Domain;
using BatchEngine.Scorer.Inputs;

namespace BatchEngine.Scorer.Features;

/// <summary>A feature spec compiled for the columns it reads; the same code serves batches and single rows. Immutable, so thread-safe; matrices and batches are the caller's.</summary>
public sealed class CompiledFeatures
{
    private CompiledFeatures(IReadOnlyList<string> names, IReadOnlyList<InputColumn> sources, IReadOnlyList<FeatureStorage> storage)
    {
        FeatureNames = names;
        Sources = sources;
        SourceColumns = [.. sources.Select(s => s.Name)];
        Storage = storage;
    }

    /// <summary>The features in the model's order.</summary>
    public IReadOnlyList<string> FeatureNames { get; }

    /// <summary>The columns to read, each once, in the order of the batches.</summary>
    public IReadOnlyList<string> SourceColumns { get; }

    /// <summary>The same with their kinds.</summary>
    public IReadOnlyList<InputColumn> Sources { get; }

    /// <summary>How each feature is kept.</summary>
    public IReadOnlyList<FeatureStorage> Storage { get; }

    /// <summary>Compiles a spec.</summary>
    /// <param name="spec">What the model reads.</param>
    /// <param name="columns">The columns there are (all of a file will do).</param>
    /// <param name="storage">How the model wants each feature, in order; null means text as text and everything else as 32-bit floats.</param>
    /// <exception cref="BadInputException">A column is missing, or a step cannot be applied.</exception>
    public static CompiledFeatures Compile(FeatureSpec spec, IReadOnlyList<InputColumn> columns, IReadOnlyList<FeatureStorage>? storage = null)
    {
        var sources = spec.SourceColumns.Select(name => columns.FirstOrDefault(c => c.Name == name) ?? throw InputProblems.ColumnMissing("features", name, columns)).ToArray();
        var names = spec.FeatureNames;
        return new CompiledFeatures(names, sources, storage ?? new FeatureStorage[names.Count]);
    }

    /// <summary>A matrix for so many rows of these features.</summary>
    public FeatureMatrix CreateMatrix(int capacityRows) => new(Storage, capacityRows);

    /// <summary>Makes float columns that are features as they are decode straight into the matrix. Optional, once for a pair of batch and matrix; <see cref="Transform"/> gives the same either way.</summary>
    /// <param name="batch">Has at most the matrix's capacity.</param>
    /// <param name="matrix">Lives at least as long as the batch is read into.</param>
    public void Bind(ColumnBatch batch, FeatureMatrix matrix)
    {
        for (var i = 0; i < FeatureNames.Count; i++)
        {
            var (buffer, from) = matrix.FloatMemory(i);
            batch[SourceColumns[i]].BindFloats(buffer, from);
        }
    }

    /// <summary>Computes all features of all rows of the batch.</summary>
    /// <param name="batch">Has the source columns (others are ignored).</param>
    /// <param name="target">Made by <see cref="CreateMatrix"/>; its rows become the batch's.</param>
    public void Transform(ColumnBatch batch, FeatureMatrix target)
    {
        target.Rows = batch.Rows;
        for (var i = 0; i < FeatureNames.Count; i++)
            batch[SourceColumns[i]].Floats.CopyTo(target.Column(i));
    }
}
