using System.Text;
using Google.Protobuf;

namespace BatchEngine.Scorer.Tests.Graphs;

/// <summary>Writes ONNX messages field by field, for models that no exporter would give us.</summary>
internal sealed class OnnxBytes
{
    private readonly MemoryStream _stream = new();
    private readonly CodedOutputStream _output;

    public OnnxBytes() => _output = new CodedOutputStream(_stream, leaveOpen: true);

    public OnnxBytes Int(int field, long value)
    {
        _output.WriteTag(field, WireFormat.WireType.Varint);
        _output.WriteInt64(value);
        return this;
    }

    public OnnxBytes Float(int field, float value)
    {
        _output.WriteTag(field, WireFormat.WireType.Fixed32);
        _output.WriteFloat(value);
        return this;
    }

    public OnnxBytes Text(int field, string value) => Raw(field, Encoding.UTF8.GetBytes(value));

    public OnnxBytes Message(int field, OnnxBytes message) => Raw(field, message.ToArray());

    public OnnxBytes Raw(int field, byte[] bytes)
    {
        _output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        _output.WriteLength(bytes.Length);
        _output.Flush();
        _stream.Write(bytes);
        return this;
    }

    /// <summary>A field of any kind, its value as it stands.</summary>
    public OnnxBytes Field(int field, int kind, params byte[] value)
    {
        _output.WriteTag(field, (WireFormat.WireType)kind);
        _output.Flush();
        _stream.Write(value);
        return this;
    }

    public OnnxBytes PackedFloats(int field, IEnumerable<float> values) => Raw(field, [.. values.SelectMany(BitConverter.GetBytes)]);

    public OnnxBytes PackedInts(int field, IEnumerable<long> values)
    {
        using var run = new MemoryStream();
        using (var packed = new CodedOutputStream(run, leaveOpen: true))
        {
            foreach (var value in values)
                packed.WriteInt64(value);
        }
        return Raw(field, run.ToArray());
    }

    public byte[] ToArray()
    {
        _output.Flush();
        return _stream.ToArray();
    }
}
