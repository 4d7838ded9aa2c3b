namespace BatchEngine.Domain;

/// <summary>What a model's file says of itself.</summary>
/// <param name="Signature">What it reads and gives.</param>
/// <param name="WeightFiles">The files beside it that hold its constants: paths as the graph names them, each once, found to be there; none for most
/// models.</param>
public sealed record InspectedModel(ModelSignature Signature, IReadOnlyList<string> WeightFiles);
