namespace BatchEngine.Scorer.Inputs.Manifests;

/// <summary>What patterns name.</summary>
/// <param name="Paths">Full paths, each once, sorted (ordinal).</param>
/// <param name="LeftOut">Folders below a named one that are outputs of this program, sorted; none of their files is among the paths.</param>
internal sealed record FoundFiles(IReadOnlyList<string> Paths, IReadOnlyList<string> LeftOut);
