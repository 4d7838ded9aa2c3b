namespace BatchEngine.Scorer.Forests.Model;

/// <summary>A forest holds what is not read here, though ONNX Runtime may run it. Caught where engines are chosen; a broken forest is a
/// <see cref="Domain.BadInputException"/> instead.</summary>
internal sealed class NotUnderstoodException(string reason) : Exception(reason);
