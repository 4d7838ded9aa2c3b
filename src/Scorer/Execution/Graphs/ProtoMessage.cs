using System.Buffers.Binary;
using System.Text;

namespace BatchEngine.Scorer.Execution.Graphs;

/// <summary>Walks the fields of one protobuf message inside a byte array, without copying nested messages. Not thread-safe.</summary>
/// <remarks>A forest is half a million fields of a few bytes: reading them here takes a third of the time of a general stream, and says exactly where a file is damaged.</remarks>
internal sealed class ProtoMessage
{
    private const int Varint = 0, Fixed64 = 1, LengthDelimited = 2, StartGroup = 3, EndGroup = 4, Fixed32 = 5;
    private const int MaxGroupDepth = 100;

    private readonly byte[] _bytes;
    private readonly int _from;
    private readonly int _end;
    private int _at;
    private uint _tag;

    public ProtoMessage(byte[] bytes) : this(bytes, 0, bytes.Length)
    {
    }

    private ProtoMessage(byte[] bytes, int from, int length)
    {
        (_bytes, _from, _end) = (bytes, from, from + length);
        _at = from;
    }

    /// <summary>The number of the field at hand.</summary>
    public int Field => (int)(_tag >> 3);

    private int Wire => (int)(_tag & 7);

    /// <summary>Moves to the next field; its value must then be read or skipped.</summary>
    /// <exception cref="InvalidDataException">What follows is no field.</exception>
    public bool Next()
    {
        if (_at == _end)
            return false;
        var tag = Number();
        if (tag is < 8 or > uint.MaxValue)
            throw Damage($"a field with the tag {tag}");
        _tag = (uint)tag;
        return true;
    }

    /// <summary>Passes over the field's value.</summary>
    public void Skip() => Skip(0);

    public string Text() => Encoding.UTF8.GetString(Bytes());

    public long Int()
    {
        Require(Varint);
        return (long)Number();
    }

    public float Float()
    {
        Require(Fixed32);
        return BinaryPrimitives.ReadSingleLittleEndian(Taken(sizeof(float)));
    }

    /// <summary>A nested message.</summary>
    public ProtoMessage Message()
    {
        var length = Bytes().Length;
        return new ProtoMessage(_bytes, _at - length, length);
    }

    /// <summary>A field of bytes, without copying.</summary>
    public ReadOnlySpan<byte> Bytes()
    {
        Require(LengthDelimited);
        var length = Number();
        if (length > (ulong)(_end - _at))
            throw Damage($"{length} bytes where its message ends after {_end - _at}");
        return Taken((int)length);
    }

    /// <summary>Adds a packed run of integers, or all that follow one by one under the same tag.</summary>
    public void AddInts(List<long> to)
    {
        if (Wire != Varint)
        {
            var run = Packed();
            while (run._at < run._end)
                to.Add((long)run.Number());
            return;
        }
        to.EnsureCapacity(to.Count + RunLength());
        do
            to.Add((long)Number());
        while (NextIsTheSame());
    }

    /// <summary>Adds a packed run of floats, or all that follow one by one under the same tag.</summary>
    public void AddFloats(List<float> to)
    {
        if (Wire != Fixed32)
        {
            var run = Packed();
            to.EnsureCapacity(to.Count + ((run._end - run._at) / sizeof(float)));
            while (run._at < run._end)
                to.Add(BinaryPrimitives.ReadSingleLittleEndian(run.Taken(sizeof(float))));
            return;
        }
        to.EnsureCapacity(to.Count + RunLength());
        do
            to.Add(BinaryPrimitives.ReadSingleLittleEndian(Taken(sizeof(float))));
        while (NextIsTheSame());
    }

    /// <summary>Adds a packed run of doubles, or all that follow one by one under the same tag.</summary>
    public void AddDoubles(List<double> to)
    {
        if (Wire != Fixed64)
        {
            var run = Packed();
            to.EnsureCapacity(to.Count + ((run._end - run._at) / sizeof(double)));
            while (run._at < run._end)
                to.Add(BinaryPrimitives.ReadDoubleLittleEndian(run.Taken(sizeof(double))));
            return;
        }
        do
            to.Add(BinaryPrimitives.ReadDoubleLittleEndian(Taken(sizeof(double))));
        while (NextIsTheSame());
    }

    private ProtoMessage Packed() => Message();

    // How many values follow under the tag at hand: growing step by step, the lists of a forest would be copied a dozen times.
    private int RunLength()
    {
        var (before, count) = (_at, 0);
        do
        {
            Skip();
            count++;
        }
        while (NextIsTheSame());
        _at = before;
        return count;
    }

    // Writers repeat a tag of one byte before every value of a list that is not packed; longer tags go the usual way.
    private bool NextIsTheSame()
    {
        if (_at == _end || _tag > 0x7F || _bytes[_at] != _tag)
            return false;
        _at++;
        return true;
    }

    private void Skip(int depth)
    {
        switch (Wire)
        {
            case Varint:
                Number();
                break;
            case Fixed64:
                Taken(sizeof(ulong));
                break;
            case LengthDelimited:
                Bytes();
                break;
            case Fixed32:
                Taken(sizeof(uint));
                break;
            case StartGroup when depth < MaxGroupDepth:
                SkipGroup(depth);
                break;
            default:
                throw Damage("a value of no known kind");
        }
    }

    private void SkipGroup(int depth)
    {
        var group = Field;
        while (Next())
        {
            if (Wire != EndGroup)
            {
                Skip(depth + 1);
                continue;
            }
            if (Field == group)
                return;
            throw Damage($"the end of a group inside group {group}");
        }
        throw Damage($"no end of group {group}");
    }

    private ulong Number()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (_at == _end)
                throw Damage("a number that its message cuts off");
            var next = _bytes[_at++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return value;
        }
        throw Damage("a number of more than ten bytes");
    }

    private ReadOnlySpan<byte> Taken(int length)
    {
        if (length > _end - _at)
            throw Damage($"a value of {length} bytes where its message ends after {_end - _at}");
        _at += length;
        return _bytes.AsSpan(_at - length, length);
    }

    private void Require(int wire)
    {
        if (Wire != wire)
            throw Damage($"a value written as kind {Wire}, not as {wire}");
    }

    private InvalidDataException Damage(string seen) => new($"field {Field} at byte {_at - _from} of its message has {seen}");
}
