namespace BatchEngine.Scorer.Inputs.Files;

/// <summary>Reads Thrift's compact protocol, in which Parquet writes footers. Only what footers need: fields, lists, whole numbers; all else is passed over.
/// Broken bytes are a <see cref="FormatException"/>, never a read beyond the end.</summary>
/// <param name="bytes">What is read.</param>
internal ref struct ThriftReader(ReadOnlySpan<byte> bytes)
{
    private const int MaxDepth = 64;

    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>The kinds of values, as they are spelled in a field.</summary>
    public enum Kind
    {
        /// <summary>The end of a structure.</summary>
        Stop,
        True,
        False,
        Byte,
        Int16,
        Int32,
        Int64,
        Double,
        Binary,
        List,
        Set,
        Map,
        Structure,
    }

    /// <summary>Bytes read so far.</summary>
    public int Position { get; private set; }

    /// <summary>The next field of a structure.</summary>
    /// <param name="id">The id of the field before it, 0 at the start; becomes this field's.</param>
    public Kind Field(ref int id)
    {
        var head = Byte();
        if (head == 0)
            return Kind.Stop;
        id = head >> 4 == 0 ? checked((int)Whole()) : id + (head >> 4);
        return KindOf(head & 0xF);
    }

    /// <summary>The head of a list: how many elements follow, and of what kind.</summary>
    public (int Count, Kind Kind) List()
    {
        var head = Byte();
        var count = head >> 4 == 15 ? Varint() : (ulong)(head >> 4);
        // Each element has at least one byte, so a broken count is found before anything is made of it.
        return count <= (ulong)(_bytes.Length - Position) ? ((int)count, KindOf(head & 0xF)) : throw new FormatException($"a list of {count} elements");
    }

    /// <summary>A whole number of any width.</summary>
    public long Whole()
    {
        var value = Varint();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    /// <summary>Passes over a value.</summary>
    public void Skip(Kind kind, int depth = 0)
    {
        if (depth > MaxDepth)
            throw new FormatException($"structures within structures, more than {MaxDepth}");
        switch (kind)
        {
            case Kind.True or Kind.False:
                break;
            case Kind.Byte:
                Advance(1);
                break;
            case Kind.Int16 or Kind.Int32 or Kind.Int64:
                Varint();
                break;
            case Kind.Double:
                Advance(sizeof(double));
                break;
            case Kind.Binary:
                Advance(Varint());
                break;
            case Kind.List or Kind.Set:
                SkipList(depth);
                break;
            case Kind.Map:
                SkipMap(depth);
                break;
            default:
                SkipStructure(depth);
                break;
        }
    }

    private void SkipStructure(int depth)
    {
        var id = 0;
        while (Field(ref id) is not Kind.Stop and var kind)
            Skip(kind, depth + 1);
    }

    private void SkipList(int depth)
    {
        var (count, kind) = List();
        for (var i = 0; i < count; i++)
        {
            if (kind is Kind.True or Kind.False)
                Advance(1); // in a list a bool has a byte of its own
            else
                Skip(kind, depth + 1);
        }
    }

    private void SkipMap(int depth)
    {
        var count = Varint();
        if (count == 0)
            return;
        var kinds = Byte();
        for (; count > 0; count--)
        {
            Skip(KindOf(kinds >> 4), depth + 1);
            Skip(KindOf(kinds & 0xF), depth + 1);
        }
    }

    private static Kind KindOf(int code) => code is > 0 and <= (int)Kind.Structure ? (Kind)code : throw new FormatException($"a value of kind {code}");

    private byte Byte() => Position < _bytes.Length ? _bytes[Position++] : throw new FormatException("the end in the middle of a value");

    private ulong Varint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = Byte();
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return value;
        }
        throw new FormatException("a whole number of more than 64 bits");
    }

    private void Advance(ulong count) => Position = count <= (ulong)(_bytes.Length - Position) ? Position + (int)count
        : throw new FormatException("a value that is longer than what is there");
}
