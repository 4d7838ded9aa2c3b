namespace BatchEngine.Scorer.Inputs;

/// <summary>UTF-8 values of consecutive rows, end to end in one byte array. The bytes grow to the largest unit seen and are then reused. Not
/// thread-safe.</summary>
public sealed class TextBuffer
{
    /// <summary>The most bytes of text in one unit; a larger one is refused with advice to lower the unit's rows.</summary>
    public const int MaxBytes = 1 << 30;

    /// <summary>The bytes that a value may have on average over a unit where memory is counted in advance; more is an error there.</summary>
    public const int MeanBytesPerValue = 64;

    private readonly int[] _offsets;
    private readonly string _name;
    private readonly int _maxBytes;
    private byte[] _bytes = [];

    /// <summary>Creates room for a number of rows.</summary>
    /// <param name="capacityRows">The most rows.</param>
    /// <param name="name">The column's name, for errors.</param>
    /// <param name="maxBytes">The most bytes of text, at most <see cref="MaxBytes"/>.</param>
    public TextBuffer(int capacityRows, string name = "text", int maxBytes = MaxBytes)
    {
        (_name, _maxBytes) = (name, Math.Min(maxBytes, MaxBytes));
        _offsets = new int[capacityRows + 1];
    }

    /// <summary>Rows held.</summary>
    public int Rows { get; private set; }

    /// <summary>The values end to end.</summary>
    public Span<byte> Bytes => _bytes.AsSpan(0, _offsets[Rows]);

    /// <summary>Rows + 1 positions in <see cref="Bytes"/>: a row is from its own to the next one's. A missing value is empty.</summary>
    public Span<int> Offsets => _offsets.AsSpan(0, Rows + 1);

    /// <summary>The value of a row; empty when missing.</summary>
    public ReadOnlySpan<byte> this[int row] => _bytes.AsSpan(_offsets[row], _offsets[row + 1] - _offsets[row]);

    /// <summary>Forgets all rows, keeps the memory.</summary>
    public void Clear() => Rows = 0;

    /// <summary>Adds the next row.</summary>
    /// <exception cref="Domain.BadInputException">The text of the unit exceeds the most that was allowed.</exception>
    public void Append(ReadOnlySpan<byte> value)
    {
        var start = _offsets[Rows];
        if (value.Length > _bytes.Length - start)
            Grow((long)start + value.Length);
        value.CopyTo(_bytes.AsSpan(start));
        _offsets[++Rows] = start + value.Length;
    }

    private void Grow(long needed)
    {
        if (needed > _maxBytes)
        {
            throw new Domain.BadInputException($"column '{_name}'", $"{needed} bytes of text in one unit of at most {_offsets.Length - 1} rows",
                $"at most {_maxBytes} bytes",
                "Leave the column out, lower the unit's rows, or raise the memory limit if there is one.");
        }
        Array.Resize(ref _bytes, (int)Math.Min(_maxBytes, Math.Max(needed, Math.Max(4_096, _bytes.Length * 2L))));
    }
}
