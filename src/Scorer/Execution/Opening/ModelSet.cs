using BatchEngine.Domain;
using BatchEngine.Scorer.Features;
using BatchEngine.Scorer.Forests;

namespace BatchEngine.Scorer.Execution.Opening;

/// <summary>
/// A champion and its challengers over the same features, run in one pass: rows are decoded once, and forests rank each feature once for all of them. The
/// challengers' outputs follow the champion's as
/// "name.output"; signature and confidence are the champion's. Thread-safe; dispose it after all its executors.
/// </summary>
public sealed class ModelSet : LoadedModel
{
    private readonly LoadedModel[] _models;

    private ModelSet(LoadedModel[] models, OutputColumn[] outputs, int[] firstColumns)
    {
        (_models, Outputs, FirstColumns) = (models, outputs, firstColumns);
        int[] joined = [.. Enumerable.Range(0, models.Length).Where(i => JointForest.CanTake(models[i]))];
        if (joined.Length > 1 && JointForest.Of([.. joined.Select(i => (LoadedForest)models[i])]) is { } joint)
            (Joint, Joined) = (joint, joined);
        Accepted = [.. Enumerable.Range(0, models[0].FeatureNames.Count).Select(i => models.Select(m => m.Accepted[i]).Aggregate((a, b) => a.And(b)))];
        LeftOut = models[0].LeftOut;
        Notes = [.. models.SelectMany(m => m.Notes)];
        Caveats = new ModelCaveats([.. models.SelectMany(m => m.Caveats.Scores).Distinct()], models[0].Caveats.Labels);
        Coupling = models.Select(m => m.Coupling).FirstOrDefault(c => c is not null);
        DeviceNote = models.Select(m => m.DeviceNote).FirstOrDefault(n => n is not null);
    }

    /// <inheritdoc/>
    public override string Name => string.Join(" + ", _models.Select(m => m.Name));

    /// <inheritdoc/>
    public override string Arithmetic => string.Join(" + ", _models.Select(m => m.Arithmetic));

    /// <inheritdoc/>
    public override int MemoryFactor => _models.Max(m => m.MemoryFactor);

    /// <inheritdoc/>
    public override bool IsOnDevice => _models.Any(m => m.IsOnDevice);

    /// <inheritdoc/>
    public override string Detail => string.Join("; ", _models.Select(m => m.Detail).Where(d => d.Length > 0));

    /// <inheritdoc/>
    public override ModelSignature Signature => _models[0].Signature;

    /// <inheritdoc/>
    public override IReadOnlyList<string> FeatureNames => _models[0].FeatureNames;

    /// <inheritdoc/>
    public override IReadOnlyList<FeatureStorage>? WantedStorage => _models[0].WantedStorage;

    /// <inheritdoc/>
    public override IReadOnlyList<OutputColumn> Outputs { get; }

    /// <inheritdoc/>
    public override bool GivesConfidence => _models[0].GivesConfidence;

    /// <summary>What all of them take: a row that one of them cannot take is rejected.</summary>
    public override IReadOnlyList<AcceptedValues> Accepted { get; }

    /// <summary>The models, the champion first.</summary>
    internal IReadOnlyList<LoadedModel> Models => _models;

    /// <summary>Where each model's outputs begin.</summary>
    internal IReadOnlyList<int> FirstColumns { get; }

    /// <summary>The forests that are run as one; null when fewer than two can be.</summary>
    internal JointForest? Joint { get; }

    /// <summary>Which models those are.</summary>
    internal IReadOnlyList<int> Joined { get; } = [];

    /// <summary>Puts models together; the set owns them from then on.</summary>
    /// <param name="champion">The model whose outputs keep their names.</param>
    /// <param name="challengers">The others by name.</param>
    /// <exception cref="BadInputException">Two challengers have one name, or a challenger reads other features or wants them kept otherwise.</exception>
    public static ModelSet Of(LoadedModel champion, IReadOnlyList<(string Name, LoadedModel Model)> challengers)
    {
        ArgumentNullException.ThrowIfNull(champion);
        ArgumentNullException.ThrowIfNull(challengers);
        var outputs = new List<OutputColumn>(champion.Outputs);
        var firstColumns = new List<int> { 0 };
        foreach (var (name, model) in challengers)
        {
            if (challengers.Count(c => c.Name == name) > 1)
                throw new BadInputException($"challenger '{name}'", "the same name twice", "challengers with different file names",
                    "Rename one of the files: its name goes before its output columns.");
            if (!model.FeatureNames.SequenceEqual(champion.FeatureNames, StringComparer.Ordinal))
                throw new BadInputException($"challenger '{name}'", $"[{string.Join(", ", model.FeatureNames)}]",
                    $"the champion's features [{string.Join(", ", champion.FeatureNames)}]", "Score it on its own.");
            if (!Storage(model).SequenceEqual(Storage(champion)))
                throw new BadInputException($"challenger '{name}'", "features of another type than the champion reads", "the same types",
                    "Export both with inputs of one type, or score it on its own.");
            firstColumns.Add(outputs.Count);
            outputs.AddRange(model.Outputs.Select(o => o with { Name = $"{name}.{o.Name}" }));
        }
        return new ModelSet([champion, .. challengers.Select(c => c.Model)], [.. outputs], [.. firstColumns]);
    }

    /// <inheritdoc/>
    public override IModelExecutor CreateExecutor() => new ModelSetExecutor(this);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (!disposing)
            return;
        foreach (var model in _models)
            model.Dispose();
    }

    private static IEnumerable<FeatureStorage> Storage(LoadedModel model) => model.WantedStorage ?? model.FeatureNames.Select(_ => FeatureStorage.Float32);
}
