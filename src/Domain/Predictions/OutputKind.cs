namespace BatchEngine.Domain;

/// <summary>What the 32 bits of an output column are.</summary>
public enum OutputKind
{
    /// <summary>A float, or an index into the labels where there are some. The default.</summary>
    Number,

    /// <summary>A whole number that a float holds exactly, kept as a float.</summary>
    Integer,

    /// <summary>The lower half of a 64-bit integer; the next column is the upper half.</summary>
    WideInteger,

    /// <summary>The upper half of the integer that the column before begins.</summary>
    UpperHalf,
}
