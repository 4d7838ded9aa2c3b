namespace BatchEngine.Domain;

/// <summary>The type of a Parquet column as its file states it: what a carried column comes out as.</summary>
/// <param name="Form">How values are kept.</param>
/// <param name="Meaning">What they stand for.</param>
/// <param name="Length">Bytes of a value of fixed length; else 0.</param>
/// <param name="Precision">Digits of a decimal; else 0.</param>
/// <param name="Scale">Digits of a decimal behind its point; else 0.</param>
/// <param name="Bits">The width of an integer that states one; else 0.</param>
/// <param name="IsUnsigned">Whether an integer has no sign.</param>
/// <param name="Fraction">The unit of a time or timestamp.</param>
/// <param name="IsUtc">Whether a time or timestamp is one in UTC; otherwise it is a local one, in a zone that the file does not tell.</param>
public sealed record StoredType(
    StoredForm Form,
    ValueMeaning Meaning,
    int Length = 0,
    int Precision = 0,
    int Scale = 0,
    int Bits = 0,
    bool IsUnsigned = false,
    FractionDigits Fraction = FractionDigits.None,
    bool IsUtc = false)
{
    /// <summary>Whether what features read of such a column is exactly what is stored, so that one reading serves both.</summary>
    public bool IsReadAsStored => (Form, Meaning) switch
    {
        (StoredForm.Bool or StoredForm.Float or StoredForm.Double, _) => true,
        (StoredForm.Int32, ValueMeaning.Plain or ValueMeaning.Integer or ValueMeaning.Date) => true,
        (StoredForm.Int64, ValueMeaning.Plain) => true,
        (StoredForm.Int64, ValueMeaning.Integer) => !IsUnsigned,
        (StoredForm.Int64, ValueMeaning.Timestamp) => Fraction == FractionDigits.Micros,
        (StoredForm.Bytes, ValueMeaning.Plain or ValueMeaning.Text or ValueMeaning.Enum or ValueMeaning.Json) => true,
        _ => false,
    };

    /// <summary>The kind of vector that holds the values as they are stored.</summary>
    public ColumnKind ExactKind => Form switch
    {
        StoredForm.Bool => ColumnKind.Bool,
        StoredForm.Int32 or StoredForm.Int64 => ColumnKind.Integer,
        StoredForm.Float => ColumnKind.Float,
        StoredForm.Double => ColumnKind.Double,
        _ => ColumnKind.Text,
    };
}
