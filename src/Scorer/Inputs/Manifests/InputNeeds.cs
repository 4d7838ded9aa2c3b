using BatchEngine.Domain;

namespace BatchEngine.Scorer.Inputs.Manifests;

/// <summary>Which columns of an input are read, and what for.</summary>
/// <param name="Features">Columns that become numbers (or text) of the model, each once.</param>
/// <param name="KeyColumn">The key; null means the row number.</param>
/// <param name="Carried">Columns that are copied to the output.</param>
public sealed record InputNeeds(IReadOnlyList<string> Features, string? KeyColumn, IReadOnlyList<string> Carried)
{
    private readonly HashSet<string> _copied = KeyColumn is null ? [.. Carried] : [.. Carried, KeyColumn];

    /// <summary>What the features read, and key and carried columns.</summary>
    /// <param name="spec">The features.</param>
    /// <param name="keyColumn">The key; null means the row number.</param>
    /// <param name="carried">Columns that are copied to the output.</param>
    public static InputNeeds Of(FeatureSpec spec, string? keyColumn, IReadOnlyList<string> carried) => new(spec.SourceColumns, keyColumn, carried)
    {
        KindsIfUnknown = spec.Columns.SelectMany(c => c.Steps.Select(s => s.WantedColumn()).OfType<ColumnKind>().Take(1).Select(k => (c.Source, Kind: k)))
            .DistinctBy(c => c.Source, StringComparer.Ordinal).ToDictionary(c => c.Source, c => c.Kind, StringComparer.Ordinal),
    };

    /// <summary>The same for features of which some are places of lists.</summary>
    /// <param name="features">The features, lists spread out.</param>
    /// <param name="keyColumn">The key; null means the row number.</param>
    /// <param name="carried">Columns that are copied to the output.</param>
    public static InputNeeds Of(ListFeatures features, string? keyColumn, IReadOnlyList<string> carried) =>
        Of(features.Spec, keyColumn, carried) with { Elements = features.Elements };

    /// <summary>What a file means that lacks one of the columns. Default: it is refused.</summary>
    public MissingColumnPolicy MissingColumns { get; init; }

    /// <summary>The kind of a column of which no file says one, because it is empty in all of them; a column that is not named here is a whole
    /// number.</summary>
    public IReadOnlyDictionary<string, ColumnKind> KindsIfUnknown { get; init; } = new Dictionary<string, ColumnKind>(StringComparer.Ordinal);

    /// <summary>Features that are one place of a column of lists, by the name of the place.</summary>
    public IReadOnlyDictionary<string, ListElement> Elements { get; init; } = new Dictionary<string, ListElement>(StringComparer.Ordinal);

    /// <summary>All columns, each once: behind the features, the key, the carried ones.</summary>
    public IReadOnlyList<string> Columns => [.. Features.Concat(KeyColumn is null ? [] : [KeyColumn]).Concat(Carried).Distinct(StringComparer.Ordinal)];

    /// <summary>Whether the column's values leave as they came, as a key or a copy: then a shared kind must hold them exactly.</summary>
    internal bool IsCopied(string column) => _copied.Contains(column);
}
