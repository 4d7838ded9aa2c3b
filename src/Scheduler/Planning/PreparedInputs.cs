using BatchEngine.Domain;

namespace BatchEngine.Scheduler.Planning;

/// <summary>Everything of a run that has to be looked up before it can be planned.</summary>
/// <param name="Manifest">The frozen input.</param>
/// <param name="Model">The exact model, aliases resolved.</param>
/// <param name="ModelArtifact">The path or blob name of the model's file.</param>
/// <param name="Features">The features, means resolved to constants.</param>
/// <param name="ProfileEdges">Fixed bin edges by column name.</param>
/// <param name="Outputs">One column per float of a prediction.</param>
/// <param name="KeyKind">The kind of the key column.</param>
public sealed record PreparedInputs(
    InputManifest Manifest,
    ModelVersion Model,
    string ModelArtifact,
    FeatureSpec Features,
    IReadOnlyDictionary<string, BinEdges> ProfileEdges,
    IReadOnlyList<OutputColumn> Outputs,
    KeyKind KeyKind)
{
    /// <summary>The hash of the asked features under which the edges are still to be pinned; null means that they are stored already, or that there are
    /// none.</summary>
    public Digest? EdgesToPin { get; init; }

    /// <summary>Rows a second of one worker, from earlier runs of this job and model. Default: not measured, as before the first run.</summary>
    public Measured<double> RowsPerSecond { get; init; } = Measured<double>.NotMeasured("no run has told the speed yet");

    /// <summary>How predictions are computed; see <see cref="RunPlan.Arithmetic"/>. Default empty: not told, so nothing can be taken over.</summary>
    public string Arithmetic { get; init; } = "";

    /// <summary>The outputs that the job chose, by name; empty means that it did not.</summary>
    public IReadOnlyList<string> ChosenOutputs { get; init; } = [];

    /// <summary>Sums that the snapshot will keep behind each prediction: the job asks for them, and the model has some that are not its outputs. Default
    /// none.</summary>
    public int KeptSums { get; init; }

    /// <summary>Whether the model's outputs are the sums of its trees, so that a model with more trees can go on from any prediction.</summary>
    public bool SumsAreOutputs { get; init; }

    /// <summary>The files beside the model in which it keeps constants; none for a model in one file.</summary>
    public IReadOnlyList<WeightFile> WeightFiles { get; init; } = [];

    /// <summary>The most rows of a unit, by the width of the input and the memory ceiling of a process that scores. Default: as the job says.</summary>
    public int MaxUnitRows { get; init; } = int.MaxValue;

    /// <summary>The most workers that fit under it together. Default: no ceiling.</summary>
    public int MaxWorkers { get; init; } = int.MaxValue;
}
