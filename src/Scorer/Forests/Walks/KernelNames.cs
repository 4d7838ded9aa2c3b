namespace BatchEngine.Scorer.Forests.Walks;

/// <summary>The stable names of the kernels.</summary>
internal static class KernelNames
{
    /// <summary>The file's own branches, one by one.</summary>
    public const string Reference = "reference";

    /// <summary>Eight walks side by side.</summary>
    public const string Walk = "walk";

    /// <summary>512 rows as bits, 512-bit vectors with byte permutes and bit matrices.</summary>
    public const string Slices512 = "slices-avx512";

    /// <summary>512 rows as bits, 256-bit vectors.</summary>
    public const string Slices256 = "slices-avx2";

    /// <summary>512 rows as bits, portable 128-bit vectors.</summary>
    public const string Slices128 = "slices-vector128";
}
