namespace BatchEngine.Scorer.Tests.Forests;

/// <summary>A model's bytes as a file, for as long as a test needs it.</summary>
internal sealed class TemporaryModel : IDisposable
{
    public TemporaryModel(byte[] bytes)
    {
        Path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"forest-{Guid.NewGuid():N}.onnx");
        File.WriteAllBytes(Path, bytes);
    }

    public string Path { get; }

    public void Dispose() => File.Delete(Path);
}
