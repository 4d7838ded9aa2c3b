using BatchEngine.Domain;

namespace BatchEngine.Scorer.Inputs;

/// <summary>The kind that holds the values of two kinds. Pure.</summary>
internal static class SharedKind
{
    /// <summary>Numbers of different kinds meet in a double; other kinds meet only themselves. Null means that there is none.</summary>
    public static ColumnKind? Of(ColumnKind one, ColumnKind other) => one == other ? one : IsNumber(one) && IsNumber(other) ? ColumnKind.Double : null;

    /// <summary>Whether values of one kind come out of the shared kind as they went in: a whole number is checked value by value, a decimal is never exact as
    /// a double.</summary>
    public static bool IsExact(ColumnKind from, ColumnKind shared) => from == shared || from != ColumnKind.Decimal;

    private static bool IsNumber(ColumnKind kind) => kind is ColumnKind.Integer or ColumnKind.Float or ColumnKind.Double or ColumnKind.Decimal;
}
