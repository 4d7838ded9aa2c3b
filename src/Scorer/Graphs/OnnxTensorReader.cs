using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace BatchEngine.Scorer.Graphs;

/// <summary>Reads constants: elements stand either in a typed field or as raw little-endian bytes.</summary>
internal static class OnnxTensorReader
{
    private const int StoredElsewhere = 1;

    /// <summary>Reads one tensor message without its numbers, and makes sure that there are as many as the shape asks for.</summary>
    /// <exception cref="InvalidDataException">Shape and elements disagree.</exception>
    public static OnnxTensor Read(ProtoMessage message)
    {
        var content = message.Again();
        var name = "";
        var element = OnnxElement.Undefined;
        var (shape, texts) = (new List<long>(), new List<string>());
        long typed = 0;
        int? rawBytes = null;
        var external = false;
        while (message.Next())
        {
            switch (message.Field)
            {
                case 1: message.AddInts(shape); break;
                case 2: element = (OnnxElement)message.Int(); break;
                case 4: typed += message.CountFixed(sizeof(float)); break;
                case 5 or 7 or 11: typed += message.CountInts(); break;
                case 6: texts.Add(Encoding.UTF8.GetString(message.Bytes())); break;
                case 8: name = message.Text(); break;
                case 9: rawBytes = message.Bytes().Length; break;
                case 10: typed += message.CountFixed(sizeof(double)); break;
                case 14: external = message.Int() == StoredElsewhere; break;
                default: message.Skip(); break;
            }
        }
        var width = WidthOf(element);
        var isRaw = rawBytes > 0;
        if (isRaw && width > 0 && rawBytes % width != 0)
            throw new InvalidDataException($"{rawBytes} raw bytes are no whole number of elements of {width} bytes");
        var elements = Elements(name, shape);
        if (!external && width > 0 && (isRaw ? rawBytes!.Value / width : typed) is var found && found != elements)
            throw new InvalidDataException($"constant '{name}' has {found} elements, but its shape asks for {elements}");
        return new OnnxTensor(name, element, shape, texts, external, content);
    }

    /// <summary>Whether numbers of this type are read here.</summary>
    public static bool Reads(OnnxElement element) => WidthOf(element) > 0;

    /// <summary>The numbers of a constant that was read before.</summary>
    /// <param name="message">The whole constant.</param>
    /// <param name="element">Its type, which is read here.</param>
    public static double[] Numbers(ProtoMessage message, OnnxElement element)
    {
        var (integers, floats, doubles) = (new List<long>(), new List<float>(), new List<double>());
        ReadOnlySpan<byte> raw = [];
        while (message.Next())
        {
            switch (message.Field)
            {
                case 4: message.AddFloats(floats); break;
                case 5 or 7 or 11: message.AddInts(integers); break;
                case 9: raw = message.Bytes(); break;
                case 10: message.AddDoubles(doubles); break;
                default: message.Skip(); break;
            }
        }
        return raw.Length > 0 ? FromRaw(raw, element)
            : floats.Count > 0 ? [.. floats.Select(x => (double)x)]
            : doubles.Count > 0 ? [.. doubles]
            : element == OnnxElement.Float16 ? [.. integers.Select(x => (double)BitConverter.UInt16BitsToHalf((ushort)x))]
            : [.. integers.Select(x => (double)x)];
    }

    private static long Elements(string name, List<long> shape)
    {
        long expected = 1;
        foreach (var length in shape)
        {
            if (length < 0)
                throw new InvalidDataException($"constant '{name}' has a dimension of {length}");
            expected = checked(expected * length);
        }
        return expected;
    }

    // Bytes of an element in the raw form; 0 for text and for the narrow floats and integers of newer versions of the format, which only the runtime reads.
    private static int WidthOf(OnnxElement element) => element switch
    {
        OnnxElement.Float64 or OnnxElement.Int64 or OnnxElement.UInt64 => 8,
        OnnxElement.Float32 or OnnxElement.Int32 or OnnxElement.UInt32 => 4,
        OnnxElement.Float16 or OnnxElement.Int16 or OnnxElement.UInt16 => 2,
        OnnxElement.Int8 or OnnxElement.UInt8 or OnnxElement.Bool => 1,
        _ => 0,
    };

    private static double[] FromRaw(ReadOnlySpan<byte> raw, OnnxElement element) => element switch
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
        _ => [.. raw.ToArray().Select(x => (double)x)],
    };

    private delegate double OneElement(ReadOnlySpan<byte> bytes);

    private static double[] Spread(ReadOnlySpan<byte> raw, int width, OneElement read)
    {
        var numbers = new double[raw.Length / width];
        for (var i = 0; i < numbers.Length; i++)
            numbers[i] = read(raw.Slice(i * width, width));
        return numbers;
    }
}
