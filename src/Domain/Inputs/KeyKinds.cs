namespace BatchEngine.Domain;

/// <summary>Which columns can name predictions, and how. Pure.</summary>
/// <remarks>The kind follows from the type alone, never from the values, so that it is the same every night.</remarks>
public static class KeyKinds
{
    /// <summary>The most digits of a decimal without fraction that is a whole number of 64 bits.</summary>
    public const int MaxWholeDigits = 18;

    /// <summary>The kind of keys that a column gives.</summary>
    /// <param name="column">The column, read for anything.</param>
    /// <param name="place">Where it was asked for, for the error.</param>
    /// <exception cref="BadInputException">Its values have no exact text.</exception>
    public static KeyKind Of(InputColumn column, string place) => (column.Use, column.Kind, column.Stored) switch
    {
        (ColumnUse.Key, ColumnKind.Integer, _) => KeyKind.Int64,
        (ColumnUse.Key, ColumnKind.Text, _) => KeyKind.Utf8,
        (_, _, { } type) => Of(type) ?? throw Refused(column, place),
        (_, ColumnKind.Integer, _) => KeyKind.Int64,
        (_, ColumnKind.Text, _) => KeyKind.Utf8,
        _ => throw Refused(column, place),
    };

    private static KeyKind? Of(StoredType type) => (type.Form, type.Meaning) switch
    {
        (StoredForm.Int64, ValueMeaning.Integer) => type.IsUnsigned ? KeyKind.Utf8 : KeyKind.Int64,
        (StoredForm.Int32 or StoredForm.Int64, ValueMeaning.Plain or ValueMeaning.Integer) => KeyKind.Int64,
        (_, ValueMeaning.Decimal) => type is { Scale: 0, Precision: <= MaxWholeDigits } ? KeyKind.Int64 : KeyKind.Utf8,
        (_, ValueMeaning.Date or ValueMeaning.Time or ValueMeaning.Timestamp or ValueMeaning.Uuid) => KeyKind.Utf8,
        (StoredForm.Bool, _) => KeyKind.Utf8,
        (StoredForm.Bytes, ValueMeaning.Plain or ValueMeaning.Text or ValueMeaning.Enum or ValueMeaning.Json) => KeyKind.Utf8,
        _ => null,
    };

    private static BadInputException Refused(InputColumn column, string place) => new(place, $"column '{column.Name}' of type {column.PhysicalType}",
        "whole numbers, decimals, text, UUID, date, time, timestamp or bool, whose values have one exact text",
        "Fractions, bytes and nested values name nothing: choose another key column, or write this one as text (bytes in hexadecimal).");
}
