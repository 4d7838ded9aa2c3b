using BatchEngine.Domain;
using BatchEngine.Host.Configuration.Texts;

namespace BatchEngine.Host.Configuration.Features;

/// <summary>What a person gives as --features: a YAML file, or column names with commas between them.</summary>
public static class FeaturesArgument
{
    /// <summary>Reads the argument.</summary>
    /// <param name="text">A path (it ends in .yaml or .yml, or names an existing file), or "a,b,c".</param>
    /// <exception cref="BadInputException">The file is missing or has problems, or a name is empty or doubled.</exception>
    public static FeatureSpec Parse(string text)
    {
        if (text.EndsWith(".yaml", StringComparison.OrdinalIgnoreCase) || text.EndsWith(".yml", StringComparison.OrdinalIgnoreCase) || File.Exists(text))
            return FeaturesFile.Load(text);
        var names = ColumnNamesText.Split(text);
        if (names.Any(n => n.Length == 0))
            throw new BadInputException("--features", $"'{text}'", $"{ColumnNamesText.Expected}, or a .yaml file", "Remove the empty name.");
        if (names.GroupBy(n => n, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } doubled)
            throw new BadInputException("--features", $"'{doubled.Key}' {doubled.Count()} times", "each column once", "Remove the others.");
        return FeatureSpec.AsIs(names);
    }
}
