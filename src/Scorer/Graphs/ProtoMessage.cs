using Google.Protobuf;

namespace BatchEngine.Scorer.Graphs;

/// <summary>Walks the fields of one protobuf message inside a byte array, without copying nested messages. Not thread-safe.</summary>
internal sealed class ProtoMessage
{
    private const int MaxVarintBytes = 10;
    private const byte ContinuesFrom = 0x80;

    private readonly byte[] _bytes;
    private readonly int _from;
    private readonly int _end;
    private readonly CodedInputStream _input;
    private uint _tag;

    public ProtoMessage(byte[] bytes) : this(bytes, 0, bytes.Length)
    {
    }

    private ProtoMessage(byte[] bytes, int from, int length)
    {
        (_bytes, _from, _end) = (bytes, from, from + length);
        _input = new CodedInputStream(bytes, from, length);
    }

    /// <summary>The number of the field at hand.</summary>
    public int Field => WireFormat.GetTagFieldNumber(_tag);

    private WireFormat.WireType Wire => WireFormat.GetTagWireType(_tag);

    /// <summary>Moves to the next field; its value must then be read or skipped.</summary>
    public bool Next() => (_tag = _input.ReadTag()) != 0;

    /// <summary>Passes over the field's value.</summary>
    public void Skip()
    {
        // The library passes over a kind that there is not as if it had no value.
        if (Wire > WireFormat.WireType.Fixed32)
            throw new InvalidDataException($"field {Field} at byte {_input.Position - _from} of its message has no known kind");
        _input.SkipLastField();
    }

    public string Text()
    {
        Require(WireFormat.WireType.LengthDelimited);
        return _input.ReadString();
    }

    public long Int()
    {
        Require(WireFormat.WireType.Varint);
        return _input.ReadInt64();
    }

    public float Float()
    {
        Require(WireFormat.WireType.Fixed32);
        return _input.ReadFloat();
    }

    /// <summary>Every byte of the message.</summary>
    public ReadOnlySpan<byte> Whole => _bytes.AsSpan(_from, _end - _from);

    /// <summary>The same message, before its first field.</summary>
    public ProtoMessage Again() => new(_bytes, _from, _end - _from);

    /// <summary>Moves past one integer, or a packed run of them; gives how many.</summary>
    public int CountInts()
    {
        if (Wire == WireFormat.WireType.Varint)
        {
            _input.ReadInt64();
            return 1;
        }
        var (count, length) = (0, 0);
        foreach (var part in Bytes())
        {
            length++;
            if (part >= ContinuesFrom && length < MaxVarintBytes)
                continue;
            if (part >= ContinuesFrom)
                throw new InvalidDataException($"field {Field} holds an integer of more than {MaxVarintBytes} bytes");
            (count, length) = (count + 1, 0);
        }
        return length == 0 ? count : throw new InvalidDataException($"field {Field} ends inside an integer");
    }

    /// <summary>Moves past one number of a fixed width, or a packed run of them; gives how many.</summary>
    public int CountFixed(int width)
    {
        if (Wire == (width == sizeof(float) ? WireFormat.WireType.Fixed32 : WireFormat.WireType.Fixed64))
        {
            _input.SkipLastField();
            return 1;
        }
        var (_, length) = Block();
        return length % width == 0 ? length / width : throw new InvalidDataException($"field {Field} ends inside a number");
    }

    /// <summary>A nested message.</summary>
    public ProtoMessage Message()
    {
        var (from, length) = Block();
        return new ProtoMessage(_bytes, from, length);
    }

    /// <summary>A field of bytes, without copying.</summary>
    public ReadOnlySpan<byte> Bytes()
    {
        var (from, length) = Block();
        return _bytes.AsSpan(from, length);
    }

    /// <summary>Adds one integer, or a packed run of them.</summary>
    public void AddInts(List<long> to)
    {
        if (Wire == WireFormat.WireType.Varint)
        {
            to.Add(_input.ReadInt64());
            return;
        }
        var (from, length) = Block();
        var run = new CodedInputStream(_bytes, from, length);
        while (!run.IsAtEnd)
            to.Add(run.ReadInt64());
    }

    /// <summary>Adds one float, or a packed run of them.</summary>
    public void AddFloats(List<float> to)
    {
        if (Wire == WireFormat.WireType.Fixed32)
        {
            to.Add(_input.ReadFloat());
            return;
        }
        var (from, length) = Block();
        var run = new CodedInputStream(_bytes, from, length);
        to.EnsureCapacity(to.Count + (length / sizeof(float)));
        while (!run.IsAtEnd)
            to.Add(run.ReadFloat());
    }

    /// <summary>Adds one double, or a packed run of them.</summary>
    public void AddDoubles(List<double> to)
    {
        if (Wire == WireFormat.WireType.Fixed64)
        {
            to.Add(_input.ReadDouble());
            return;
        }
        var (from, length) = Block();
        var run = new CodedInputStream(_bytes, from, length);
        while (!run.IsAtEnd)
            to.Add(run.ReadDouble());
    }

    // Where the length-delimited value at hand lies; moves past it.
    private (int From, int Length) Block()
    {
        Require(WireFormat.WireType.LengthDelimited);
        var at = checked((int)_input.Position);
        var peek = new CodedInputStream(_bytes, at, _end - at);
        var length = peek.ReadLength();
        var from = checked((int)peek.Position);
        if (length < 0 || length > _end - from)
            throw new InvalidDataException($"field {Field} at byte {at} is {length} bytes long, but its message ends after {_end - from}");
        _input.SkipLastField();
        return (from, length);
    }

    private void Require(WireFormat.WireType wire)
    {
        if (Wire != wire)
            throw new InvalidDataException($"field {Field} at byte {_input.Position - _from} of its message is written as {Wire}, not as {wire}");
    }
}
