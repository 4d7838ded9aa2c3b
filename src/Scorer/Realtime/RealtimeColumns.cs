using BatchEngine.Domain;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Features;

namespace BatchEngine.Scorer.Realtime;

/// <summary>Derives the kinds of source columns from what a spec does with them, for a model that no batch has used yet. Pure.</summary>
internal static class RealtimeColumns
{
    /// <summary>One column per source: text when a step or the model reads text, an instant when a step takes its date, else a number.</summary>
    public static IReadOnlyList<InputColumn> Of(FeatureSpec spec, LoadedModel model)
    {
        var columns = new List<InputColumn>();
        var named = new HashSet<string>(StringComparer.Ordinal);
        var feature = 0;
        foreach (var column in spec.Columns)
        {
            var wanted = model.WantedStorage?[feature] ?? FeatureStorage.Float32;
            feature += column.FeatureNames.Count;
            if (named.Add(column.Source))
                columns.Add(new InputColumn(column.Source, KindOf(column, wanted), IsNullable: true, "derived from the features"));
        }
        return columns;
    }

    private static ColumnKind KindOf(FeatureColumn column, FeatureStorage wanted)
    {
        if (column.Steps.Select(s => s.WantedColumn()).FirstOrDefault(k => k is not null) is { } kind)
            return kind;
        return (column.Steps.Count, wanted) switch
        {
            (0, FeatureStorage.Text) => ColumnKind.Text,
            (0, FeatureStorage.Int64) => ColumnKind.Integer,
            _ => ColumnKind.Double,
        };
    }
}
