namespace BatchEngine.Storage.Snapshots.RunFiles;

/// <summary>A batch of predictions, column by column, as views over the caller's buffers. Lives only during a call.</summary>
/// <remarks>Every span holds <see cref="Rows"/> values unless said otherwise. Exactly one of the two kinds of keys is given.</remarks>
public readonly ref struct PredictionRows
{
    /// <summary>Rows in the batch.</summary>
    public required int Rows { get; init; }

    /// <summary>The keys, when they are integers.</summary>
    public ReadOnlySpan<long> Keys { get; init; }

    /// <summary>The keys' UTF-8 bytes one after another, when they are text.</summary>
    public ReadOnlySpan<byte> KeyBytes { get; init; }

    /// <summary>Rows + 1 offsets into <see cref="KeyBytes"/>, when the keys are text.</summary>
    public ReadOnlySpan<int> KeyOffsets { get; init; }

    /// <summary>The outputs, and behind them the sums that the file keeps, column-major: output c of row r is at c * <see cref="OutputStride"/> + r.</summary>
    public required ReadOnlySpan<float> Outputs { get; init; }

    /// <summary>Floats from one output column to the next; at least <see cref="Rows"/>.</summary>
    public required int OutputStride { get; init; }

    /// <summary>The confidences, 0 to 1; empty means that the model gives none (the flag NoConfidence is then set).</summary>
    public ReadOnlySpan<float> Confidence { get; init; }

    /// <summary>The flags; empty means none.</summary>
    public ReadOnlySpan<byte> Flags { get; init; }

    /// <summary>The 64-bit feature fingerprints; empty means 0.</summary>
    public ReadOnlySpan<ulong> Fingerprints { get; init; }

    /// <summary>Each row's number over the whole manifest: decides which duplicate wins, and names rows in errors.</summary>
    public required ReadOnlySpan<long> RowNumbers { get; init; }

    /// <summary>1 for a row to write, 0 for one to leave out (rejected); empty means all.</summary>
    public ReadOnlySpan<byte> Keep { get; init; }
}
