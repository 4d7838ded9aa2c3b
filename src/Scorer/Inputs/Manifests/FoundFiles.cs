using BatchEngine.Storage.Objects;

namespace BatchEngine.Scorer.Inputs.Manifests;

/// <summary>What patterns name.</summary>
/// <param name="Paths">Full paths and URIs, each once, sorted (ordinal).</param>
/// <param name="LeftOut">Folders below a named one that are outputs of this program, sorted; none of their files is among the paths.</param>
/// <param name="Objects">Of the paths that are URIs, what the listing says.</param>
internal sealed record FoundFiles(IReadOnlyList<string> Paths, IReadOnlyList<string> LeftOut, IReadOnlyDictionary<string, ObjectEntry> Objects);
