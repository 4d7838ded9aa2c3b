using BatchEngine.Domain;
using BatchEngine.Scorer.Inputs;
using BatchEngine.Scorer.Inputs.Files;

namespace BatchEngine.Scorer.Features;

/// <summary>A feature spec compiled for the columns it reads; the same code serves batches and single rows. Immutable, so thread-safe; matrices and batches
/// are the caller's.</summary>
/// <remarks>
/// Numbers are widened to double, changed step by step in double, and rounded once to the feature's storage. A float column without steps keeps its bits.
/// Null and NaN both are missing. A batch and its rows one by one give the same bits.
/// </remarks>
public sealed class CompiledFeatures
{
    private readonly CompiledFeature[] _features;

    private CompiledFeatures(FeatureSpec spec, IReadOnlyList<InputColumn> sources, IReadOnlyList<FeatureStorage> storage, CompiledFeature[] features)
    {
        (Spec, Sources, Storage, _features) = (spec, sources, storage, features);
        FeatureNames = spec.FeatureNames;
        SourceColumns = [.. sources.Select(s => s.Name)];
    }

    /// <summary>What was compiled.</summary>
    public FeatureSpec Spec { get; }

    /// <summary>The features in the model's order.</summary>
    public IReadOnlyList<string> FeatureNames { get; }

    /// <summary>The columns to read, each once.</summary>
    public IReadOnlyList<string> SourceColumns { get; }

    /// <summary>The same with their kinds.</summary>
    public IReadOnlyList<InputColumn> Sources { get; }

    /// <summary>How each feature is kept.</summary>
    public IReadOnlyList<FeatureStorage> Storage { get; }

    /// <summary>Compiles a spec.</summary>
    /// <param name="spec">What the model reads.</param>
    /// <param name="columns">The columns there are (all of a file will do).</param>
    /// <param name="storage">How the model wants each feature, in the order of the spec's feature names; null means text taken as it is as text, and
    /// everything else as 32-bit floats.</param>
    /// <exception cref="BadInputException">There is no feature, a name occurs twice, a column is missing, a step cannot be applied or its parameters make no
    /// sense.</exception>
    public static CompiledFeatures Compile(FeatureSpec spec, IReadOnlyList<InputColumn> columns, IReadOnlyList<FeatureStorage>? storage = null)
    {
        var names = spec.FeatureNames;
        CheckNames(names);
        if (storage is not null && storage.Count != names.Count)
        {
            throw new BadInputException("features", $"{names.Count} features ({string.Join(", ", names.Take(5))}...)",
                $"{storage.Count}, because the model takes that number",
                "List the model's features in its order.");
        }
        var byName = columns.DistinctBy(c => c.Name, StringComparer.Ordinal).ToDictionary(c => c.Name, StringComparer.Ordinal);
        var sources = spec.SourceColumns.Select(name => byName.GetValueOrDefault(name) ?? throw InputProblems.ColumnMissing("features", name, columns))
            .ToArray();
        var indexes = sources.Select((s, i) => (s.Name, i)).ToDictionary(s => s.Name, s => s.i, StringComparer.Ordinal);
        var compiled = new List<CompiledFeature>();
        var kept = new List<FeatureStorage>();
        foreach (var column in spec.Columns)
        {
            var source = sources[indexes[column.Source]];
            var own = column.Steps is [] or [FeatureTransform.ImputeText] && source.Kind == ColumnKind.Text ? FeatureStorage.Text : FeatureStorage.Float32;
            for (var i = 0; i < column.FeatureNames.Count; i++)
                kept.Add(storage?[kept.Count] ?? own);
            var first = kept.Count - column.FeatureNames.Count;
            foreach (var wanted in kept.Skip(first).Distinct())
                compiled.Add(FeatureCompiler.Compile(column, source, indexes[column.Source], first, wanted));
            while (compiled.Count > 1 && compiled[^2].FirstFeature == first)
                compiled.RemoveAt(compiled.Count - 2); // compiled once for each storage of a one-hot group only to check it
        }
        return new CompiledFeatures(spec, sources, kept, [.. compiled]);
    }

    /// <summary>A matrix with room for a number of rows of these features.</summary>
    public FeatureMatrix CreateMatrix(int capacityRows) => new(Storage, capacityRows);

    /// <summary>A unit with room for a number of rows of the source columns.</summary>
    public UnitColumns CreateColumns(int capacityRows) => new(Sources, capacityRows);

    /// <summary>Makes float columns that are features as they are decode straight into the matrix. Optional, once for a pair of unit and matrix;
    /// <see cref="Transform"/> gives the same either way.</summary>
    /// <param name="unit">Has at most the matrix's capacity. Filling it from now on also overwrites the matrix.</param>
    /// <param name="matrix">Lives at least as long as the unit is read into.</param>
    public void Bind(UnitColumns unit, FeatureMatrix matrix)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(unit.CapacityRows, matrix.CapacityRows);
        var bound = new HashSet<int>();
        foreach (var feature in _features)
        {
            // A second feature of the same column is copied from the first.
            if (feature.Form != FeatureForm.FloatAsIs || !bound.Add(feature.SourceIndex))
                continue;
            var (buffer, from) = matrix.FloatMemory(feature.FirstFeature);
            SourceOf(feature, unit).BindFloats(buffer, from);
        }
    }

    /// <summary>Computes all features of all rows of the unit. Text features refer to the unit until it is filled again.</summary>
    /// <param name="unit">Has the source columns (others are ignored), in any order.</param>
    /// <param name="target">Made by <see cref="CreateMatrix"/>; its rows become the unit's.</param>
    /// <exception cref="ArgumentException">The matrix has other features, or too few rows.</exception>
    public void Transform(UnitColumns unit, FeatureMatrix target)
    {
        if (target.FeatureCount != Storage.Count || unit.Rows > target.CapacityRows)
            throw new ArgumentException(
                $"The matrix holds {target.CapacityRows} rows of {target.FeatureCount} features; {unit.Rows} rows of {Storage.Count} are needed.",
                nameof(target));
        target.Rows = unit.Rows;
        foreach (var feature in _features)
            feature.Run(SourceOf(feature, unit), target);
    }

    /// <summary>The column of a unit behind a feature.</summary>
    internal ColumnVector SourceOf(int feature, UnitColumns unit) =>
        SourceOf(Array.Find(_features, f => feature >= f.FirstFeature && feature < f.FirstFeature + f.FeatureCount)!, unit);

    private ColumnVector SourceOf(CompiledFeature feature, UnitColumns unit)
    {
        var (name, index) = (SourceColumns[feature.SourceIndex], feature.SourceIndex);
        var vector = index < unit.Count && unit[index].Name == name ? unit[index] : unit[name];
        return vector.Kind == Sources[index].Kind
            ? vector
            : throw new ArgumentException($"Column '{name}' is {vector.Kind} in the unit; the features were compiled for {Sources[index].Kind}.",
                nameof(unit));
    }

    private static void CheckNames(IReadOnlyList<string> names)
    {
        if (names.Count == 0)
            throw new BadInputException("features", "no feature", "at least one", "List the columns that the model reads.");
        var twice = names.GroupBy(n => n, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1);
        if (twice is not null)
            throw new BadInputException("features", $"the name '{twice.Key}' {twice.Count()} times", "each feature name once", "Rename one of them.");
    }
}
