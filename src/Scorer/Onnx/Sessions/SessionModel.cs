using Microsoft.ML.OnnxRuntime;

namespace BatchEngine.Scorer.Onnx.Sessions;

/// <summary>What a session is opened over: a file, or bytes that were made of one.</summary>
/// <param name="Path">The file; constants that it keeps in other files lie beside it.</param>
/// <param name="Bytes">The model, where some of its outputs were taken out; null means the file itself.</param>
internal sealed record SessionModel(string Path, byte[]? Bytes = null)
{
    private const string WeightFolder = "session.model_external_initializers_file_folder_path";

    /// <summary>Opens a session.</summary>
    /// <exception cref="OnnxRuntimeException">The runtime refuses the model.</exception>
    public InferenceSession Open(SessionOptions settings)
    {
        if (Bytes is null)
            return new InferenceSession(Path, settings);
        settings.AddSessionConfigEntry(WeightFolder, System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(Path))!);
        return new InferenceSession(Bytes, settings);
    }
}
