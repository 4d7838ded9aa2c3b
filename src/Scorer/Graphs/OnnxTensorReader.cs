using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace BatchEngine.Scorer.Graphs;

/// <summary>Reads constants: elements stand either in a typed field or as raw little-endian bytes.</summary>
internal static class OnnxTensorReader
{
    /// <summary>Reads one tensor message.</summary>
    /// <exception cref="InvalidDataException">Shape and elements disagree.</exception>
    public static OnnxTensor Read(ProtoMessage message)
    {
        var name = "";
        var element = OnnxElement.Undefined;
        var (shape, integers, floats, doubles, texts) = (new List<long>(), new List<long>(), new List<float>(), new List<double>(), new List<string>());
        byte[]? raw = null;
        var external = false;
        while (message.Next())
        {
            switch (message.Field)
            {
                case 1: message.AddInts(shape); break;
                case 2: element = (OnnxElement)message.Int(); break;
                case 4: message.AddFloats(floats); break;
                case 5 or 7 or 11: message.AddInts(integers); break;
                case 6: texts.Add(Encoding.UTF8.GetString(message.Bytes())); break;
                case 8: name = message.Text(); break;
                case 9: raw = message.Bytes().ToArray(); break;
                case 10: message.AddDoubles(doubles); break;
                case 13:
                    external = true;
                    message.Skip();
                    break;
                case 14: external |= message.Int() == 1; break;
                default: message.Skip(); break;
            }
        }
        var numbers = raw is { Length: > 0 } ? FromRaw(raw, element)
            : floats.Count > 0 ? [.. floats.Select(x => (double)x)]
            : doubles.Count > 0 ? [.. doubles]
            : element == OnnxElement.Float16 ? [.. integers.Select(x => (double)BitConverter.UInt16BitsToHalf((ushort)x))]
            : [.. integers.Select(x => (double)x)];
        RequireCount(name, shape, external || element == OnnxElement.Text ? null : numbers.Length);
        return new OnnxTensor(name, element, shape, numbers, texts, external);
    }

    private static void RequireCount(string name, List<long> shape, int? found)
    {
        long expected = 1;
        foreach (var length in shape)
        {
            if (length < 0)
                throw new InvalidDataException($"constant '{name}' has a dimension of {length}");
            expected = checked(expected * length);
        }
        if (found is { } count && count != expected)
            throw new InvalidDataException($"constant '{name}' has {count} elements, but its shape asks for {expected}");
    }

    private static double[] FromRaw(byte[] raw, OnnxElement element) => element switch
    {
        OnnxElement.Float32 => Spread(raw, 4, static b => BinaryPrimitives.ReadSingleLittleEndian(b)),
        OnnxElement.Float64 => Spread(raw, 8, static b => BinaryPrimitives.ReadDoubleLittleEndian(b)),
        OnnxElement.Float16 => Spread(raw, 2, static b => (double)BinaryPrimitives.ReadHalfLittleEndian(b)),
        OnnxElement.Int64 => Spread(raw, 8, static b => BinaryPrimitives.ReadInt64LittleEndian(b)),
        OnnxElement.UInt64 => Spread(raw, 8, static b => BinaryPrimitives.ReadUInt64LittleEndian(b)),
        OnnxElement.Int32 => Spread(raw, 4, static b => BinaryPrimitives.ReadInt32LittleEndian(b)),
        OnnxElement.UInt32 => Spread(raw, 4, static b => BinaryPrimitives.ReadUInt32LittleEndian(b)),
        OnnxElement.Int16 => Spread(raw, 2, static b => BinaryPrimitives.ReadInt16LittleEndian(b)),
        OnnxElement.UInt16 => Spread(raw, 2, static b => BinaryPrimitives.ReadUInt16LittleEndian(b)),
        OnnxElement.Int8 => [.. MemoryMarshal.Cast<byte, sbyte>(raw).ToArray().Select(x => (double)x)],
        OnnxElement.UInt8 or OnnxElement.Bool => [.. raw.Select(x => (double)x)],
        _ => throw new InvalidDataException($"raw elements of type {element} are not read"),
    };

    private delegate double OneElement(ReadOnlySpan<byte> bytes);

    private static double[] Spread(byte[] raw, int width, OneElement read)
    {
        if (raw.Length % width != 0)
            throw new InvalidDataException($"{raw.Length} raw bytes are no whole number of elements of {width} bytes");
        var numbers = new double[raw.Length / width];
        for (var i = 0; i < numbers.Length; i++)
            numbers[i] = read(raw.AsSpan(i * width, width));
        return numbers;
    }
}
