using BatchEngine.Domain;
using BatchEngine.Scorer.Inputs.Files;

namespace BatchEngine.Scorer.Inputs;

/// <summary>How a column of a file is read for what it is wanted for: the same stored values become numbers for a feature, themselves to be copied, or the
/// text of a key. Pure.</summary>
internal static class ColumnReadings
{
    /// <summary>Whether the file's values are of the type that the column of the units was planned with.</summary>
    public static bool Fits(FileColumn column, InputColumn wanted) => (wanted.Use, column.Column.Stored, wanted.Stored) switch
    {
        (ColumnUse.Carried, { } type, { } planned) => planned.Holds(type),
        (ColumnUse.Key, { } type, { } planned) => planned.HasTextsOf(type),
        _ => true,
    };

    /// <summary>The file's column as it is read for a column of the units.</summary>
    /// <param name="column">As the file has it, read for a feature.</param>
    /// <param name="wanted">As the units hold it.</param>
    /// <param name="place">The file and column, for errors.</param>
    /// <exception cref="BadInputException">The column cannot be read so, or the file states another type than was planned.</exception>
    public static FileColumn For(FileColumn column, InputColumn wanted, string place)
    {
        if (wanted.Use == ColumnUse.Feature)
            return column.Decoding == ColumnDecoding.None ? throw InputProblems.Unreadable(place, column.Column) : column;
        var type = column.Column.Stored ?? throw InputProblems.Unreadable(place, column.Column);
        if (!Fits(column, wanted))
            throw InputProblems.TypeDiffers(place, column.Column, wanted, "the other files");
        if (wanted.Use == ColumnUse.Carried)
            return column with { Column = wanted, Decoding = ExactDecoding(type) };
        var key = column.Column.AsKey(place);
        return key.Use == ColumnUse.Feature ? column : column with { Column = key, Decoding = KeyDecoding(type, key.Kind) };
    }

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
