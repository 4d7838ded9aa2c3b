using BatchEngine.Domain;

namespace BatchEngine.Scorer.OneShot;

/// <summary>Tells what a model reads from a file when nobody said. Pure.</summary>
internal static class OneShotFeatures
{
    /// <summary>The model's own input names as columns; for a single matrix, all numeric columns but key and carried ones, in file order, when their number
    /// fits.</summary>
    /// <exception cref="BadInputException">Their number does not fit.</exception>
    public static FeatureSpec Resolve(OneShotOptions options, ModelSignature signature, InputManifest manifest)
    {
        if (options.Features is not null)
            return options.Features;
        if (!signature.TakesOneMatrix)
            return FeatureSpec.AsIs(signature.Inputs.Select(i => i.Name));
        var numeric = manifest.Columns.Where(c => IsNumeric(c.Kind) && c.Name != options.KeyColumn && !options.CarriedColumns.Contains(c.Name))
            .Select(c => c.Name).ToArray();
        var width = signature.Inputs[0].Shape[1];
        if (width > 0 && width != numeric.Length)
        {
            throw new BadInputException("features", $"{numeric.Length} numeric columns [{string.Join(", ", numeric)}]",
                $"{width} features for the model's input {signature.Inputs[0]}",
                "Name the columns in the model's order: --features a,b,c, or a features file.");
        }
        return FeatureSpec.AsIs(numeric);
    }

    private static bool IsNumeric(ColumnKind kind) =>
        kind is ColumnKind.Bool or ColumnKind.Integer or ColumnKind.Float or ColumnKind.Double or ColumnKind.Decimal;
}
