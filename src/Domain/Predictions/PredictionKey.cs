using System.Globalization;

namespace BatchEngine.Domain;

/// <summary>One key as an application names it.</summary>
public readonly record struct PredictionKey
{
    /// <summary>The longest text key, in UTF-8 bytes.</summary>
    public const int MaxUtf8Bytes = 256;

    // Half of a pair of UTF-16 units has no bytes in UTF-8: replaced, it would be another key.
    private static readonly System.Text.UTF8Encoding s_strict = new(false, throwOnInvalidBytes: true);

    private readonly long _number;
    private readonly string? _text;

    private PredictionKey(KeyKind kind, long number, string? text) => (Kind, _number, _text) = (kind, number, text);

    /// <summary>Which of the two kinds it is.</summary>
    public KeyKind Kind { get; }

    /// <summary>The integer.</summary>
    /// <exception cref="InvalidOperationException">It is a text key.</exception>
    public long Number => Kind == KeyKind.Int64 ? _number : throw new InvalidOperationException($"Key '{_text}' is text, not an integer.");

    /// <summary>The text.</summary>
    /// <exception cref="InvalidOperationException">It is an integer key.</exception>
    public string Text => Kind == KeyKind.Utf8 ? _text! : throw new InvalidOperationException($"Key {_number} is an integer, not text.");

    /// <summary>An integer key.</summary>
    public static PredictionKey Of(long number) => new(KeyKind.Int64, number, null);

    /// <summary>A text key.</summary>
    /// <exception cref="BadInputException">It is empty, longer than <see cref="MaxUtf8Bytes"/>, or holds half of a surrogate pair.</exception>
    public static PredictionKey Of(string text)
    {
        var bytes = BytesOf(text);
        return bytes is > 0 and <= MaxUtf8Bytes
            ? new(KeyKind.Utf8, 0, text)
            : throw new BadInputException("key", $"{bytes} bytes of UTF-8", $"1 to {MaxUtf8Bytes} bytes", "Use a shorter key, for instance a hash of it.");
    }

    /// <summary>Reads a key of the given kind from text, as in a URL.</summary>
    /// <exception cref="BadInputException">The text is no integer although the snapshot's keys are, or it is too long.</exception>
    public static PredictionKey Parse(string text, KeyKind kind)
    {
        if (kind == KeyKind.Utf8)
            return Of(text);
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? Of(number)
            : throw new BadInputException("key", $"'{text}'", "a 64-bit integer, as in the key column", "Check the key, or the job's key column.");
    }

    /// <summary>The key as text.</summary>
    public override string ToString() => Kind == KeyKind.Int64 ? _number.ToString(CultureInfo.InvariantCulture) : _text ?? "";

    private static int BytesOf(string text)
    {
        try
        {
            return s_strict.GetByteCount(text);
        }
        catch (System.Text.EncoderFallbackException half)
        {
            throw new BadInputException("key", $"half of a surrogate pair at character {half.Index}", "text that UTF-8 can write", "Send whole characters.",
                half);
        }
    }
}
