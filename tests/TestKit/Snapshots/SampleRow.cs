using BatchEngine.Domain;

namespace BatchEngine.TestKit.Snapshots;

/// <summary>One scored row for a test. Immutable.</summary>
public sealed record SampleRow(PredictionKey Key, long RowNumber, float[] Outputs, float? Confidence = 0.5f, PredictionFlags Flags = PredictionFlags.None,
    ulong Fingerprint = 1)
{
    /// <summary>What a look-up must give.</summary>
    public Prediction Expected => new(
        Outputs,
        Confidence is { } confidence ? Measured<float>.Of(confidence) : Measured<float>.NotMeasured("the model gives no confidence"),
        Fingerprint,
        Confidence is null ? Flags | PredictionFlags.NoConfidence : Flags);

    /// <summary>Whether a stored prediction says the same, bit by bit.</summary>
    public bool Matches(Prediction? stored) => stored is not null
        && stored.Outputs.Select(BitConverter.SingleToInt32Bits).SequenceEqual(Outputs.Select(BitConverter.SingleToInt32Bits))
        && stored.Confidence.HasValue == Expected.Confidence.HasValue
        && (!stored.Confidence.HasValue || BitConverter.SingleToInt32Bits(stored.Confidence.Value) == BitConverter.SingleToInt32Bits(Expected.Confidence.Value))
        && stored.FeatureFingerprint == Fingerprint && stored.Flags == Expected.Flags;
}
