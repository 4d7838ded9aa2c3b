using BatchEngine.Domain;

namespace BatchEngine.Registry.Models;

/// <summary>A model reference made exact.</summary>
/// <param name="Version">The version; its number is 0 for a file that was never registered.</param>
/// <param name="LocalPath">The model's file on this machine, its digest just verified.</param>
/// <param name="Signature">What the model reads and gives.</param>
public sealed record ResolvedModel(ModelVersion Version, string LocalPath, ModelSignature Signature)
{
    /// <summary>The files beside it in which it keeps constants; none for a model in one file.</summary>
    public IReadOnlyList<WeightFile> WeightFiles { get; init; } = [];
}
