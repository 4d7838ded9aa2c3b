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

    /// <summary>The type that holds the values of two exactly, so that they can be copied to one column; null means that there is none.</summary>
    public static StoredType? Common(StoredType one, StoredType other)
    {
        if (one == other)
            return one;
        if (one.IsNumber && other.IsNumber)
            return new StoredType(one.IsWhole && other.IsWhole ? StoredForm.Int64 : StoredForm.Double, ValueMeaning.Plain);
        if (one.IsWholeDecimal && other.IsWholeDecimal && one.Scale == other.Scale)
            return one with { Form = (StoredForm)Math.Max((int)one.Form, (int)other.Form), Precision = Math.Max(one.Precision, other.Precision) };
        return one.IsText && other.IsText ? new StoredType(StoredForm.Bytes, ValueMeaning.Text) : null;
    }

    /// <summary>Whether values of the other type are values of this one.</summary>
    public bool Holds(StoredType other) => Common(this, other) == this;

    /// <summary>Whether values of the other type have the same text as a key.</summary>
    public bool HasTextsOf(StoredType other) => (IsWhole && other.IsWhole) || (IsText && other.IsText)
        || ((Meaning, Scale, Fraction, IsUtc, IsUnsigned) == (other.Meaning, other.Scale, other.Fraction, other.IsUtc, other.IsUnsigned)
            && (Meaning != ValueMeaning.Decimal || Scale > 0 || Precision <= KeyKinds.MaxWholeDigits == other.Precision <= KeyKinds.MaxWholeDigits));

    private bool IsWhole => (Form is StoredForm.Int32 or StoredForm.Int64) && (Meaning is ValueMeaning.Plain or ValueMeaning.Integer)
        && !(Form == StoredForm.Int64 && IsUnsigned);

    private bool IsNumber => IsWhole || Form is StoredForm.Float or StoredForm.Double;

    private bool IsWholeDecimal => (Form is StoredForm.Int32 or StoredForm.Int64) && Meaning == ValueMeaning.Decimal;

    private bool IsText => Form == StoredForm.Bytes && IsReadAsStored;
}
