namespace BatchEngine.Scorer.Measuring;

/// <summary>The stages of a run that are measured alone, and the references beside them.</summary>
public static class StageNames
{
    /// <summary>Parquet to columns.</summary>
    public const string Decode = "decode";

    /// <summary>Columns to features.</summary>
    public const string Features = "features";

    /// <summary>Features to ranks among a forest's thresholds; a part of <see cref="Model"/>.</summary>
    public const string Quantise = "quantise";

    /// <summary>Features to predictions, with the engine that a run takes.</summary>
    public const string Model = "model";

    /// <summary>The same with ONNX Runtime: a reference, no part of a run that takes another engine.</summary>
    public const string OnnxRuntime = "onnx runtime";

    /// <summary>Looking for missing and unusable values.</summary>
    public const string Check = "check";

    /// <summary>Counting columns and outputs for drift.</summary>
    public const string Profile = "profile";

    /// <summary>The fingerprints that tell an unchanged row.</summary>
    public const string Fingerprint = "fingerprint";

    /// <summary>Predictions to Parquet.</summary>
    public const string Write = "write";

    /// <summary>Predictions to run files.</summary>
    public const string RunFiles = "run files";

    /// <summary>Run files to segments, which a look-up maps.</summary>
    public const string Segments = "segments";

    /// <summary>Everything, by all workers.</summary>
    public const string EndToEnd = "end to end";

    /// <summary>The stages that a run consists of, in order.</summary>
    public static IReadOnlyList<string> OfRun { get; } = [Decode, Features, Model, Check, Profile, Fingerprint, Write, RunFiles, Segments];
}
