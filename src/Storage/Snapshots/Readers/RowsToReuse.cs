namespace BatchEngine.Storage.Snapshots.Readers;

/// <summary>A batch of rows to compare with a snapshot, and where its predictions go, as views over the caller's buffers. Lives only during a call.</summary>
/// <remarks>Every span holds <see cref="Rows"/> values unless said otherwise. Exactly one of the two kinds of keys is given.</remarks>
public readonly ref struct RowsToReuse
{
    /// <summary>Rows in the batch.</summary>
    public required int Rows { get; init; }

    /// <summary>The keys, when they are integers.</summary>
    public ReadOnlySpan<long> Keys { get; init; }

    /// <summary>The keys' UTF-8 bytes one after another, when they are text.</summary>
    public ReadOnlySpan<byte> KeyBytes { get; init; }

    /// <summary>Rows + 1 offsets into <see cref="KeyBytes"/>, when the keys are text.</summary>
    public ReadOnlySpan<int> KeyOffsets { get; init; }

    /// <summary>The 64-bit feature fingerprints.</summary>
    public required ReadOnlySpan<ulong> Fingerprints { get; init; }

    /// <summary>Where outputs, and behind them kept sums, go, column-major: output c of row r is at c * <see cref="OutputStride"/> + r.</summary>
    public required Span<float> Outputs { get; init; }

    /// <summary>Floats from one output column to the next; at least <see cref="Rows"/>.</summary>
    public required int OutputStride { get; init; }

    /// <summary>Where confidences go; NaN where the stored prediction has none.</summary>
    public required Span<float> Confidence { get; init; }

    /// <summary>Becomes 1 for a row whose prediction was copied, 0 for any other; what stands at the others' outputs and confidence is left as it
    /// was.</summary>
    public required Span<byte> Reused { get; init; }
}
