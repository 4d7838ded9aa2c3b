using System.Text;
using System.Text.Json;
using BatchEngine.Domain;

namespace BatchEngine.Scorer.Inputs.Manifests;

/// <summary>How <see cref="FooterCache"/> writes: numbers of variable length, paths by what they do not share with the one before, each schema once.</summary>
internal static class FooterRecords
{
    private static readonly JsonSerializerOptions s_schemas = new() { IgnoreReadOnlyProperties = true };

    // Another build may see other kinds in the same types.
    private static readonly byte[] s_head =
        [.. "BEF1"u8, .. typeof(FooterRecords).Module.ModuleVersionId.ToByteArray(), .. typeof(InputColumn).Module.ModuleVersionId.ToByteArray()];

    /// <summary>Writes records.</summary>
    public static void Write(Stream target, IEnumerable<FooterRecord> records)
    {
        using var writer = new BinaryWriter(target, Encoding.UTF8, leaveOpen: true);
        var schemas = new Dictionary<FileSchema, int>(ReferenceEqualityComparer.Instance);
        var before = "";
        writer.Write(s_head);
        foreach (var record in records)
        {
            var shared = record.Path.AsSpan().CommonPrefixLength(before);
            writer.Write7BitEncodedInt(shared);
            writer.Write(record.Path[shared..]);
            writer.Write(record.ETag);
            writer.Write7BitEncodedInt64(record.Bytes);
            var isNew = schemas.TryAdd(record.Facts.Schema, schemas.Count);
            writer.Write7BitEncodedInt(schemas[record.Facts.Schema]);
            if (isNew)
                writer.Write(JsonSerializer.Serialize(record.Facts.Schema.Columns, s_schemas));
            writer.Write7BitEncodedInt(record.Facts.RowGroups.Count);
            foreach (var group in record.Facts.RowGroups)
            {
                writer.Write7BitEncodedInt64(group.Rows);
                writer.Write7BitEncodedInt64(group.Bytes);
            }
            before = record.Path;
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote; of another build nothing. Broken content is a <see cref="FormatException"/> or an
    /// <see cref="IOException"/>.</summary>
    internal sealed class Reader
    {
        private readonly BinaryReader _reader;
        private readonly List<FileSchema> _schemas = [];
        private readonly long _length;
        private string _before = "";

        /// <summary>Reads from the beginning.</summary>
        public Reader(ReadOnlyMemory<byte> content)
        {
            _reader = new BinaryReader(new MemoryStream(content.ToArray(), writable: false), Encoding.UTF8);
            _length = content.Span.StartsWith(s_head) ? content.Length : 0;
            _reader.BaseStream.Position = s_head.Length;
        }

        /// <summary>The next record; null at the end.</summary>
        public FooterRecord? Next()
        {
            if (_reader.BaseStream.Position >= _length)
                return null;
            _before = _before[.._reader.Read7BitEncodedInt()] + _reader.ReadString();
            var (eTag, bytes) = (_reader.ReadString(), _reader.Read7BitEncodedInt64());
            var schema = _reader.Read7BitEncodedInt();
            if (schema == _schemas.Count)
                _schemas.Add(new FileSchema(JsonSerializer.Deserialize<FileColumn[]>(_reader.ReadString(), s_schemas)!));
            var groups = new RowGroupSize[_reader.Read7BitEncodedInt()];
            for (var i = 0; i < groups.Length; i++)
                groups[i] = new RowGroupSize(_reader.Read7BitEncodedInt64(), _reader.Read7BitEncodedInt64());
            return new FooterRecord(_before, eTag, bytes, new FileFacts(groups, _schemas[schema]));
        }
    }
}
