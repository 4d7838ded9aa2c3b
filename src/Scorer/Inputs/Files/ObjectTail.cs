using BatchEngine.Domain;

namespace BatchEngine.Scorer.Inputs.Files;

/// <summary>The footer of an object and what it says of row groups. Immutable.</summary>
/// <param name="Footer">The footer with its length and "PAR1": the last bytes of the object.</param>
/// <param name="Facts">What it says; null means that only the native reader may understand it.</param>
internal sealed record ObjectTail(ReadOnlyMemory<byte> Footer, ParquetFooter? Facts)
{
    /// <summary>Bytes of it that are guessed to hold the footer, until footers of the same input are known.</summary>
    public const int FirstGuess = 64 << 10;

    private const int EndBytes = 8;

    /// <summary>The bytes that hold the schema; equal bytes are equal schemas.</summary>
    public ReadOnlySpan<byte> Schema => Facts is null ? default : Footer.Span[..^EndBytes][Facts.SchemaBytes];

    /// <summary>Reads it: the end of the object, and once more when the footer is longer than that.</summary>
    /// <param name="reads">The object.</param>
    /// <param name="guess">Bytes of the first read.</param>
    /// <param name="withChunks">Whether the places of columns are wanted.</param>
    /// <param name="ct">Stops reading.</param>
    /// <exception cref="BadInputException">It does not look like a whole Parquet file, or was replaced.</exception>
    public static async Task<ObjectTail> ReadAsync(ObjectReads reads, int guess, bool withChunks, CancellationToken ct)
    {
        if (reads.Bytes == 0)
            throw InputProblems.Empty(reads.Path);
        var end = new byte[(int)Math.Min(Math.Max(guess, EndBytes), reads.Bytes)];
        await reads.FetchAsync(reads.Bytes - end.Length, end, ct).ConfigureAwait(false);
        if (!FileFooter.IsEnd(end))
        {
            var head = new byte[(int)Math.Min(EndBytes, reads.Bytes)];
            await reads.FetchAsync(0, head, ct).ConfigureAwait(false);
            FileFooter.CheckHead(reads.Path, reads.Bytes, head);
        }
        var length = FileFooter.LengthOf(reads.Path, reads.Bytes, end.AsSpan(^EndBytes..)) + EndBytes;
        var footer = end.AsMemory(Math.Max(0, end.Length - length));
        if (length > end.Length)
        {
            var whole = new byte[length];
            await reads.FetchAsync(reads.Bytes - length, whole.AsMemory(0, length - end.Length), ct).ConfigureAwait(false);
            end.CopyTo(whole.AsSpan(length - end.Length));
            footer = whole;
        }
        reads.Tally.Needed(length);
        return new ObjectTail(footer, FactsOf(footer.Span[..^EndBytes], withChunks));
    }

    private static ParquetFooter? FactsOf(ReadOnlySpan<byte> footer, bool withChunks)
    {
        try
        {
            return ParquetFooter.Parse(footer, withChunks);
        }
        catch (Exception unknown) when (unknown is FormatException or OverflowException)
        {
            return null;
        }
    }
}
