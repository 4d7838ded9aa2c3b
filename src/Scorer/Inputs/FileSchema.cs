using BatchEngine.Domain;
using BatchEngine.Scorer.Inputs.Files;
using BatchEngine.Scorer.Inputs.Lists;
using ParquetSharp;

namespace BatchEngine.Scorer.Inputs;

/// <summary>The columns of one file: what they hold and how they are decoded.</summary>
internal sealed record FileSchema(IReadOnlyList<FileColumn> Columns)
{
    private Dictionary<string, FileColumn?>? _byName;

    /// <summary>Reads the schema; every root field is one column, nested ones are unsupported.</summary>
    public static FileSchema From(FileMetaData metaData)
    {
        var columns = new List<FileColumn>();
        for (var leaf = 0; leaf < metaData.Schema.NumColumns; leaf++)
        {
            var descriptor = metaData.Schema.Column(leaf);
            using var path = descriptor.Path;
            var parts = path.ToDotVector();
            if (parts.Length == 1 && descriptor.MaxRepetitionLevel == 0)
                columns.Add(Flat(leaf, parts[0], descriptor));
            else if (columns.Count == 0 || columns[^1].Column.Name != parts[0] || columns[^1].Decoding != ColumnDecoding.None)
                columns.Add(Nested(leaf, parts[0], path.ToDotString(), descriptor));
        }
        return new FileSchema(columns);
    }

    /// <summary>The column of that name, which can be read for something.</summary>
    /// <exception cref="BadInputException">There is none, there are two, or it is nested.</exception>
    public FileColumn Find(string path, string name)
    {
        var found = FindOrNull(path, name) ?? throw InputProblems.ColumnMissing(path, name, [.. Columns.Select(c => c.Column)]);
        return found.Decoding == ColumnDecoding.None && found.Column.Stored is null ? throw InputProblems.Unreadable($"{path}, column '{name}'", found.Column)
            : found;
    }

    /// <summary>The column of that name, which may be unreadable; null means that there is none.</summary>
    /// <exception cref="BadInputException">There are two.</exception>
    public FileColumn? FindOrNull(string path, string name) =>
        !(_byName ??= ByName()).TryGetValue(name, out var found) ? null : found ?? throw InputProblems.Duplicate(path, name);

    // Null stands for a name that occurs twice.
    private Dictionary<string, FileColumn?> ByName()
    {
        var byName = new Dictionary<string, FileColumn?>(Columns.Count, StringComparer.Ordinal);
        foreach (var column in Columns)
        {
            if (!byName.TryAdd(column.Column.Name, column))
                byName[column.Column.Name] = null;
        }
        return byName;
    }

    // As a whole no nested column is read; of lists of numbers each place can be.
    private static FileColumn Nested(int leaf, string name, string path, ColumnDescriptor descriptor)
    {
        var column = new InputColumn(name, ColumnKind.Unsupported, true, $"nested ({path})");
        var level = ListShape.RepeatedLevel(descriptor);
        using var logical = descriptor.LogicalType;
        var (kind, decoding) = Classify(descriptor.PhysicalType, logical);
        if (level == 0 || kind is not (ColumnKind.Float or ColumnKind.Double or ColumnKind.Integer)
            || decoding is not (ColumnDecoding.Float or ColumnDecoding.Double or ColumnDecoding.Int32 or ColumnDecoding.Int64))
            return new FileColumn(leaf, column, ColumnDecoding.None, 0, 0);
        return new FileColumn(leaf, column with { Elements = kind, PhysicalType = $"lists of {descriptor.PhysicalType}" }, ColumnDecoding.None, 0, 0)
        {
            ElementDecoding = decoding,
            RepeatedLevel = level,
        };
    }

    private static FileColumn Flat(int leaf, string name, ColumnDescriptor descriptor)
    {
        using var logical = descriptor.LogicalType;
        var (kind, decoding) = Classify(descriptor.PhysicalType, logical);
        var scale = logical is DecimalLogicalType d ? d.Scale : 0;
        var words = logical.Type is LogicalTypeEnum.None or LogicalTypeEnum.Undefined ? $"{descriptor.PhysicalType}"
            : $"{descriptor.PhysicalType} as {logical}";
        return new FileColumn(leaf, new InputColumn(name, kind, descriptor.MaxDefinitionLevel > 0, words, StoredTypes.Of(descriptor, logical)), decoding,
            scale, descriptor.TypeLength);
    }

    private static (ColumnKind Kind, ColumnDecoding Decoding) Classify(PhysicalType physical, LogicalType logical) => (physical, logical) switch
    {
        // A writer that has seen no value at all leaves the type open.
        (_, NullLogicalType) => (ColumnKind.Integer, ColumnDecoding.Nothing),
        (PhysicalType.Boolean, _) => (ColumnKind.Bool, ColumnDecoding.Bool),
        (PhysicalType.Float, _) => (ColumnKind.Float, ColumnDecoding.Float),
        (PhysicalType.Double, _) => (ColumnKind.Double, ColumnDecoding.Double),
        (PhysicalType.Int96, _) => (ColumnKind.Timestamp, ColumnDecoding.Int96Timestamp),
        (PhysicalType.Int32, DecimalLogicalType) => (ColumnKind.Decimal, ColumnDecoding.Int32Decimal),
        (PhysicalType.Int64, DecimalLogicalType) => (ColumnKind.Decimal, ColumnDecoding.Int64Decimal),
        (PhysicalType.ByteArray, DecimalLogicalType) => (ColumnKind.Decimal, ColumnDecoding.BytesDecimal),
        (PhysicalType.FixedLenByteArray, DecimalLogicalType) => (ColumnKind.Decimal, ColumnDecoding.FixedBytesDecimal),
        (PhysicalType.FixedLenByteArray, { Type: LogicalTypeEnum.Float16 }) => (ColumnKind.Float, ColumnDecoding.Float16),
        (PhysicalType.Int64, TimestampLogicalType t) => Timestamp(t.TimeUnit),
        (PhysicalType.Int32, { Type: LogicalTypeEnum.Date }) => (ColumnKind.Date, ColumnDecoding.Int32),
        (PhysicalType.Int32, IntLogicalType { IsSigned: false, BitWidth: 32 }) => (ColumnKind.Integer, ColumnDecoding.UInt32),
        (PhysicalType.Int64, IntLogicalType { IsSigned: false, BitWidth: 64 }) => (ColumnKind.Integer, ColumnDecoding.UInt64),
        (PhysicalType.Int32, { Type: LogicalTypeEnum.Int or LogicalTypeEnum.None or LogicalTypeEnum.Undefined }) => (ColumnKind.Integer, ColumnDecoding.Int32),
        (PhysicalType.Int64, { Type: LogicalTypeEnum.Int or LogicalTypeEnum.None or LogicalTypeEnum.Undefined }) => (ColumnKind.Integer, ColumnDecoding.Int64),

        // Some writers leave text without annotation; the bytes are taken as UTF-8.
        (PhysicalType.ByteArray,
            { Type: LogicalTypeEnum.String or LogicalTypeEnum.Enum or LogicalTypeEnum.Json or LogicalTypeEnum.None or LogicalTypeEnum.Undefined })
            => (ColumnKind.Text, ColumnDecoding.Text),
        _ => (ColumnKind.Unsupported, ColumnDecoding.None),
    };

    private static (ColumnKind Kind, ColumnDecoding Decoding) Timestamp(TimeUnit unit) => unit switch
    {
        TimeUnit.Millis => (ColumnKind.Timestamp, ColumnDecoding.MillisTimestamp),
        TimeUnit.Micros => (ColumnKind.Timestamp, ColumnDecoding.Int64),
        TimeUnit.Nanos => (ColumnKind.Timestamp, ColumnDecoding.NanosTimestamp),
        _ => (ColumnKind.Unsupported, ColumnDecoding.None),
    };
}
