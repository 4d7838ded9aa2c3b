using System.Globalization;

namespace BatchEngine.Domain;

/// <summary>How a job names its model: by alias, by version number or by file.</summary>
public abstract record ModelReference
{
    private ModelReference()
    {
    }

    /// <summary>"name@alias": whatever the alias points at when the run is planned.</summary>
    public sealed record ByAlias(string Name, string Alias) : ModelReference
    {
        /// <inheritdoc/>
        public override string ToString() => $"{Name}@{Alias}";
    }

    /// <summary>"name:version": always this version.</summary>
    public sealed record ByNumber(string Name, int Number) : ModelReference
    {
        /// <inheritdoc/>
        public override string ToString() => $"{Name}:{Number}";
    }

    /// <summary>A path to an ONNX file outside the registry.</summary>
    public sealed record ByFile(string Path) : ModelReference
    {
        /// <inheritdoc/>
        public override string ToString() => Path;
    }

    /// <summary>Reads "name@alias", "name:version" or a path (anything with a directory separator or ending in ".onnx").</summary>
    /// <param name="text">The reference.</param>
    /// <param name="place">Where it was written, for the error.</param>
    /// <exception cref="BadInputException">It is none of the three.</exception>
    public static ModelReference Parse(string text, string place)
    {
        if (text.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase) || text.Contains('/', StringComparison.Ordinal)
            || text.Contains('\\', StringComparison.Ordinal))
            return new ByFile(text);
        var at = text.IndexOf('@', StringComparison.Ordinal);
        if (at > 0 && at < text.Length - 1)
            return new ByAlias(text[..at], text[(at + 1)..]);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon > 0 && int.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0)
            return new ByNumber(text[..colon], number);
        throw new BadInputException(place, $"'{text}'", "name@alias (churn@champion), name:version (churn:3) or a path to an .onnx file",
            "List the registered models with: batchengine models list.");
    }
}
