using BatchEngine.Domain;

namespace BatchEngine.Registry.Models;

/// <summary>A model reference made exact.</summary>
/// <param name="Version">The version; its number is 0 for a file that was never registered.</param>
/// <param name="LocalPath">The model's file on this machine, its digest just verified.</param>
/// <param name="Signature">What the model reads and gives.</param>
public sealed record ResolvedModel(ModelVersion Version, string LocalPath, ModelSignature Signature);
