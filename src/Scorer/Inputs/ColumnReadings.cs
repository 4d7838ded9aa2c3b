using BatchEngine.Domain;

namespace BatchEngine.Scorer.Inputs;

/// <summary>How a column of a file is read for what it is wanted for: the same stored values become numbers for a feature, themselves to be copied, or the
/// text of a key. Pure.</summary>
internal static class ColumnReadings
{
    /// <summary>The file's column as it is read for a column of the units.</summary>
    /// <param name="column">As the file has it, read for a feature.</param>
    /// <param name="wanted">As the units hold it.</param>
    /// <param name="place">The file and column, for errors.</param>
    /// <exception cref="BadInputException">The column cannot be read so, or the file states another type than the unit was made for.</exception>
    public static FileColumn For(FileColumn column, InputColumn wanted, string place)
    {
        if (wanted.Use == ColumnUse.Feature)
            return column.Decoding == ColumnDecoding.None ? throw InputProblems.Unreadable(place, column.Column) : column;
        var type = column.Column.Stored ?? throw InputProblems.Unreadable(place, column.Column);
        if (wanted.Use == ColumnUse.Key)
        {
            if (wanted.Stored is { } expected && !HaveOneText(type, expected))
                throw OtherType(place, column.Column, wanted, "Keys need one text in all files: rewrite one of them.");
            var key = column.Column.AsKey(place);
            return key.Use == ColumnUse.Feature ? column : column with { Column = key, Decoding = KeyDecoding(type, key.Kind) };
        }
        return type == wanted.Stored ? column with { Column = wanted, Decoding = ExactDecoding(type) }
            : throw OtherType(place, column.Column, wanted, "A carried column comes out as it went in, so all files need the same type of it: rewrite one of "
                + "them, or do not carry the column.");
    }

    private static bool HaveOneText(StoredType one, StoredType other) => (one.Meaning, one.Scale, one.Fraction, one.IsUtc, one.IsUnsigned)
        == (other.Meaning, other.Scale, other.Fraction, other.IsUtc, other.IsUnsigned);

    private static BadInputException OtherType(string place, InputColumn column, InputColumn wanted, string advice) =>
        new(place, $"type {column.PhysicalType}", $"type {wanted.PhysicalType}, as in the first file of the input", advice);

    private static ColumnDecoding ExactDecoding(StoredType type) => type.Form switch
    {
        StoredForm.Bool => ColumnDecoding.Bool,
        StoredForm.Int32 => ColumnDecoding.Int32,
        StoredForm.Int64 => ColumnDecoding.Int64,
        StoredForm.Int96 => ColumnDecoding.Int96Bytes,
        StoredForm.Float => ColumnDecoding.Float,
        StoredForm.Double => ColumnDecoding.Double,
        StoredForm.FixedBytes => ColumnDecoding.FixedBytes,
        _ => ColumnDecoding.Text,
    };

    private static ColumnDecoding KeyDecoding(StoredType type, ColumnKind kind) => (type.Form, kind) switch
    {
        (StoredForm.Int32, ColumnKind.Integer) => ColumnDecoding.Int32,
        (StoredForm.Int64, ColumnKind.Integer) => ColumnDecoding.Int64,
        (StoredForm.Bytes, ColumnKind.Integer) => ColumnDecoding.BytesWhole,
        (StoredForm.FixedBytes, ColumnKind.Integer) => ColumnDecoding.FixedBytesWhole,
        (StoredForm.Bool, _) => ColumnDecoding.BoolText,
        (StoredForm.Int32, _) => ColumnDecoding.Int32Text,
        (StoredForm.Int64, _) => ColumnDecoding.Int64Text,
        (StoredForm.Int96, _) => ColumnDecoding.Int96Text,
        (StoredForm.FixedBytes, _) => ColumnDecoding.FixedBytesText,
        _ => ColumnDecoding.BytesText,
    };
}
