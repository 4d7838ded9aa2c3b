using System.Text;

namespace BatchEngine.Domain;

/// <summary>The ordered columns and transforms a model reads; content-hashed, so equal specs transform equally, in batch and in real time. Immutable.</summary>
/// <param name="Columns">In the order of the model's features.</param>
public sealed record FeatureSpec(IReadOnlyList<FeatureColumn> Columns)
{
    /// <summary>A spec that takes the columns as they are, in this order.</summary>
    public static FeatureSpec AsIs(IEnumerable<string> columns) => new([.. columns.Select(FeatureColumn.AsIs)]);

    /// <summary>The names of all features in the model's order, one-hot groups spread out.</summary>
    public IReadOnlyList<string> FeatureNames => [.. Columns.SelectMany(c => c.FeatureNames)];

    /// <summary>The Parquet columns read, each once, in the order of first use.</summary>
    public IReadOnlyList<string> SourceColumns => [.. Columns.Select(c => c.Source).Distinct(StringComparer.Ordinal)];

    /// <summary>SHA-256 of the canonical text of the spec: changes with any name, order, step or parameter.</summary>
    public Digest ContentHash => Digest.Of(CanonicalText());

    /// <summary>One line per column with all parameters in round-trip form; what <see cref="ContentHash"/> hashes.</summary>
    public string CanonicalText()
    {
        var text = new StringBuilder("features v1\n");
        foreach (var column in Columns)
        {
            text.Append(FeatureTransform.Quoted(column.Name)).Append('<').Append(FeatureTransform.Quoted(column.Source));
            foreach (var step in column.Steps)
                text.Append('|').Append(step.CanonicalText());
            text.Append('\n');
        }
        return text.ToString();
    }
}
