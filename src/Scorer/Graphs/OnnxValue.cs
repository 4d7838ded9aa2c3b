namespace BatchEngine.Scorer.Graphs;

/// <summary>An input or output of a graph.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Element">The element type of a tensor; <see cref="OnnxElement.Undefined"/> for sequences and maps.</param>
/// <param name="Shape">Dimensions, -1 where the file gives a name or nothing; null means the file does not say the rank.</param>
/// <param name="IsSequence">A sequence, as ZipMap gives.</param>
internal sealed record OnnxValue(string Name, OnnxElement Element, IReadOnlyList<long>? Shape, bool IsSequence);
