using System.Globalization;
using BatchEngine.Domain;

namespace BatchEngine.Scorer.OneShot;

/// <summary>Tells what a model reads from a file when nobody said. Pure.</summary>
internal static class OneShotFeatures
{
    /// <summary>The model's own input names as columns. A single matrix names no column, and the order of a table is no order of the model: all numeric columns
    /// but key and carried ones are taken only when their number fits and they are numbered one after the other ("f0", "f1", "f2"), or there is just
    /// one.</summary>
    /// <exception cref="BadInputException">Their number does not fit, or nothing says which is which.</exception>
    public static FeatureSpec Resolve(OneShotOptions options, ModelSignature signature, InputManifest manifest)
    {
        if (options.Features is not null)
            return options.Features;
        if (AreColumns(signature, manifest))
            return FeatureSpec.AsIs(signature.Inputs.Select(i => i.Name));
        if (!signature.TakesOneMatrix && !signature.TakesColumns)
        {
            throw new BadInputException("features", $"a model that reads {string.Join(", ", signature.Inputs)}, and no names for the columns of its matrices",
                "the columns of each input, one input after the other", "Name them in the model's order: --features a,b,c, or a features file.");
        }
        if (!signature.TakesOneMatrix)
            return FeatureSpec.AsIs(signature.Inputs.Select(i => i.Name));
        var numeric = manifest.Columns.Where(c =>
            IsNumeric(c.Kind) && !c.IsPartOfPath && c.Name != options.KeyColumn && !options.CarriedColumns.Contains(c.Name))
            .Select(c => c.Name).ToArray();
        var width = signature.MatrixWidth;
        if (width > 0 && width != numeric.Length)
        {
            throw new BadInputException("features", $"{numeric.Length} numeric columns [{string.Join(", ", numeric)}]",
                $"{width} features for the model's input {signature.Inputs[0]}",
                "Name the columns in the model's order: --features a,b,c, or a features file.");
        }
        if (numeric.Length > 1 && !AreNumberedInOrder(numeric))
        {
            throw new BadInputException("features", $"a model that reads one matrix, {signature.Inputs[0]}, and no names for its columns",
                $"the columns in the model's order; the table has, in an order of its own, {string.Join(", ", numeric)}",
                $"Name them in the order that the model was trained with: --features {string.Join(',', numeric.Take(3))},... or a features file.");
        }
        return FeatureSpec.AsIs(numeric);
    }

    // Inputs of one value have the names of columns, and at least one of several values that of a column of lists.
    private static bool AreColumns(ModelSignature signature, InputManifest? manifest)
    {
        var lists = manifest?.Columns.Where(c => c.Elements is not null).Select(c => c.Name).ToHashSet(StringComparer.Ordinal) ?? [];
        return signature.Inputs.Any(i => lists.Contains(i.Name))
            && signature.Inputs.All(i => lists.Contains(i.Name) || i.Shape.Count == 0 || ModelSignature.WidthOf(i) == 1);
    }

    private static bool AreNumberedInOrder(IReadOnlyList<string> names)
    {
        var prefix = names[0].TrimEnd("0123456789".ToCharArray());
        if (!long.TryParse(names[0].AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var first))
            return false;
        for (var i = 1; i < names.Count; i++)
        {
            if (names[i].TrimEnd("0123456789".ToCharArray()) != prefix
                || !long.TryParse(names[i].AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number != first + i)
                return false;
        }
        return true;
    }

    private static bool IsNumeric(ColumnKind kind) =>
        kind is ColumnKind.Bool or ColumnKind.Integer or ColumnKind.Float or ColumnKind.Double or ColumnKind.Decimal;
}
