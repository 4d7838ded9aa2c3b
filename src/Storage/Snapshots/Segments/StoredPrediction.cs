using BatchEngine.Domain;
using BatchEngine.Storage.Snapshots.Slots;

namespace BatchEngine.Storage.Snapshots.Segments;

/// <summary>A view of one entry in a mapped segment; valid only while the segment is open. Thread-safe to read.</summary>
internal readonly unsafe ref struct StoredPrediction
{
    /// <summary>Why a stored prediction can have no confidence.</summary>
    public const string NoConfidenceReason = "the model gives no confidence";

    private readonly byte* _slot;
    private readonly SlotLayout _layout;

    internal StoredPrediction(byte* slot, SlotLayout layout)
    {
        _slot = slot;
        _layout = layout;
    }

    /// <summary>The model's outputs in order.</summary>
    public ReadOnlySpan<float> Outputs => new(_slot + _layout.OutputsAt, _layout.OutputCount);

    /// <summary>The confidence, 0 to 1; means nothing when <see cref="Flags"/> has NoConfidence.</summary>
    public float Confidence => *(float*)(_slot + SlotLayout.ConfidenceAt);

    /// <summary>Facts about the prediction.</summary>
    public PredictionFlags Flags => (PredictionFlags)_slot[SlotLayout.FlagsAt];

    /// <summary>Hash of the features it was made from.</summary>
    public ulong FeatureFingerprint => *(ulong*)(_slot + SlotLayout.FingerprintAt);

    /// <summary>The first byte of its slot.</summary>
    internal byte* Slot => _slot;

    /// <summary>A copy that outlives the segment.</summary>
    public Prediction ToPrediction() => new(
        Outputs.ToArray(),
        Flags.HasFlag(PredictionFlags.NoConfidence) ? Measured<float>.NotMeasured(NoConfidenceReason) : Measured<float>.Of(Confidence),
        FeatureFingerprint,
        Flags);
}
