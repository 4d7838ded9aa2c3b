using BatchEngine.Domain;

namespace BatchEngine.Storage.Snapshots.Slots;

/// <summary>Where the parts of one entry lie in a segment's slot; a run file's record is an 8-byte row number and then the same slot. See
/// docs/segment-format.md.</summary>
internal readonly record struct SlotLayout
{
    /// <summary>The integer key, or the full 64-bit hash of a text key.</summary>
    public const int KeyAt = 0;

    /// <summary>The feature fingerprint.</summary>
    public const int FingerprintAt = 8;

    /// <summary>The confidence, float32.</summary>
    public const int ConfidenceAt = 16;

    /// <summary>The prediction's flags.</summary>
    public const int FlagsAt = 20;

    /// <summary>Bytes of a text key; 0 for an integer key.</summary>
    public const int KeyLengthAt = 22;

    /// <summary>Where a text key's bytes lie in the key heap; absent for integer keys.</summary>
    public const int HeapOffsetAt = 24;

    /// <summary>A record's row number comes before its slot.</summary>
    public const int RowNumberBytes = 8;

    public SlotLayout(KeyKind keyKind, int outputCount, int keptSums = 0)
    {
        if (!Enum.IsDefined(keyKind))
            throw new ArgumentOutOfRangeException(nameof(keyKind), keyKind, "Not a kind of key.");
        if (outputCount is < 0 or > SnapshotLimits.MaxOutputs)
            throw new ArgumentOutOfRangeException(nameof(outputCount), outputCount, $"A prediction has 0 to {SnapshotLimits.MaxOutputs} outputs.");
        if (keptSums < 0 || outputCount + (long)keptSums > SnapshotLimits.MaxOutputs)
            throw new ArgumentOutOfRangeException(nameof(keptSums), keptSums, $"Outputs and kept sums together are 0 to {SnapshotLimits.MaxOutputs}.");
        if (!BitConverter.IsLittleEndian)
            throw new PlatformNotSupportedException("Snapshots are memory-mapped as written, little-endian; this machine is big-endian.");
        KeyKind = keyKind;
        OutputCount = outputCount;
        KeptSums = keptSums;
    }

    public KeyKind KeyKind { get; }

    /// <summary>Floats of one prediction.</summary>
    public int OutputCount { get; }

    /// <summary>Floats behind them that no look-up gives: the sums of a forest, for a later one with more trees to go on from.</summary>
    public int KeptSums { get; }

    /// <summary>Outputs and kept sums.</summary>
    public int FloatCount => OutputCount + KeptSums;

    /// <summary>Where the outputs start.</summary>
    public int OutputsAt => KeyKind == KeyKind.Utf8 ? 32 : 24;

    /// <summary>Bytes of a slot, a multiple of 8.</summary>
    public int SlotBytes => (OutputsAt + (4 * FloatCount) + 7) & ~7;

    /// <summary>Bytes of a run file's record.</summary>
    public int RecordBytes => RowNumberBytes + SlotBytes;
}
