using ParquetSharp;
using ParquetSharp.Schema;

namespace BatchEngine.Scorer.Inputs.Lists;

/// <summary>Tells columns of lists from other nested columns. Pure.</summary>
internal static class ListShape
{
    /// <summary>The definition level from which a list has an element; 0 means that the column is no list of plain values at the root. There are three forms:
    /// the list with its repeated group and the element in it, the list with a repeated element (old writers), and a repeated value alone.</summary>
    public static short RepeatedLevel(ColumnDescriptor descriptor)
    {
        if (descriptor.MaxRepetitionLevel != 1)
            return 0;
        using var leaf = descriptor.SchemaNode;
        using var path = leaf.Path;
        var names = path.ToDotVector();
        var belowRepeated = leaf.Repetition == Repetition.Optional ? 1 : 0;
        switch (names.Length)
        {
            case 1:
                return descriptor.MaxDefinitionLevel;
            case 2:
                using (var list = leaf.Parent)
                    return leaf.Repetition == Repetition.Repeated && IsList(list) ? descriptor.MaxDefinitionLevel : (short)0;
            case 3:
                using (var repeated = leaf.Parent)
                using (var list = repeated?.Parent)
                {
                    return repeated is { Repetition: Repetition.Repeated } && IsList(list) && !IsElementItself(repeated, names[0])
                        ? (short)(descriptor.MaxDefinitionLevel - belowRepeated) : (short)0;
                }
            default:
                return 0;
        }
    }

    private static bool IsList(Node? node)
    {
        using var logical = node?.LogicalType;
        return logical is ListLogicalType;
    }

    // Lists of structures: several fields, or one under the names that old writers gave to elements.
    private static bool IsElementItself(Node repeated, string list) =>
        repeated is not GroupNode { FieldCount: 1 } || repeated.Name == "array" || repeated.Name == $"{list}_tuple";
}
