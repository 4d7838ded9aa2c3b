namespace BatchEngine.Scorer.Inputs.Files;

/// <summary>A part of a file.</summary>
/// <param name="From">The first byte.</param>
/// <param name="Length">How many bytes.</param>
internal readonly record struct ByteRange(long From, long Length)
{
    /// <summary>The first byte behind it.</summary>
    public long End => From + Length;
}
