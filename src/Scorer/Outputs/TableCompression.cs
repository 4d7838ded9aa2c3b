namespace BatchEngine.Scorer.Outputs;

/// <summary>How pages are compressed.</summary>
public enum TableCompression
{
    /// <summary>Fast, modest. The default.</summary>
    Snappy,

    /// <summary>Smaller, slower.</summary>
    Zstd,

    /// <summary>None.</summary>
    None,
}
