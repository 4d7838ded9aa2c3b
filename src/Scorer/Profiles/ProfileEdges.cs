using System.Text;
using BatchEngine.Domain;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Features;
using BatchEngine.Scorer.Inputs;
using BatchEngine.Scorer.Units;

namespace BatchEngine.Scorer.Profiles;

/// <summary>Chooses the fixed bins of a job's profiles from the first unit of its first manifest. Deterministic: the same input and model give the same
/// edges.</summary>
public static class ProfileEdges
{
    /// <summary>The most rows that are looked at.</summary>
    public const int MaxSampleRows = ScoringJob.DefaultUnitRows;

    /// <summary>The most quantile edges: a bin has about 3 % of the rows, fine enough for ten groups, and the search for a bin takes five steps that fit two
    /// registers.</summary>
    public const int MaxEdges = 31;

    /// <summary>The key of an output's edges: its name, or "output:" and its name when a source column has the same one.</summary>
    public static string OutputName(string output, IReadOnlySet<string> inputNames) => inputNames.Contains(output) ? $"output:{output}" : output;

    /// <summary>Reads, scores and bins the first unit of the manifest that has rows.</summary>
    /// <param name="manifest">The frozen input.</param>
    /// <param name="spec">What the model reads.</param>
    /// <param name="model">Opened for the spec's features.</param>
    /// <param name="ct">Stops reading the sample.</param>
    /// <returns>Edges by source column and output name; a column without any value has none.</returns>
    /// <exception cref="BadInputException">The first unit cannot be read or scored.</exception>
    public static Task<IReadOnlyDictionary<string, BinEdges>> SampleAsync(InputManifest manifest, FeatureSpec spec, LoadedModel model, CancellationToken ct) =>
        Task.Run(() => Sample(manifest, spec, model, ct), ct);

    /// <summary>At most <see cref="MaxEdges"/> strictly increasing quantiles of the finite values; the smallest is the first, so bin 0 means lower than
    /// anything seen.</summary>
    public static IReadOnlyList<float> Quantiles(ReadOnlySpan<float> values)
    {
        var sorted = new List<float>(values.Length);
        foreach (var value in values)
        {
            if (float.IsFinite(value))
                sorted.Add(value == 0 ? 0f : value);
        }
        sorted.Sort();
        var edges = new List<float>();
        if (sorted.Count == 0)
            return edges;
        for (var i = 0; i < MaxEdges; i++)
        {
            var edge = sorted[(int)((long)i * sorted.Count / MaxEdges)];
            if (edges.Count == 0 || edge > edges[^1])
                edges.Add(edge);
        }
        return edges;
    }

    private static IReadOnlyDictionary<string, BinEdges> Sample(InputManifest manifest, FeatureSpec spec, LoadedModel model, CancellationToken ct)
    {
        var compiled = CompiledFeatures.Compile(spec, manifest.Columns, model.WantedStorage);
        var edges = new SortedDictionary<string, BinEdges>(StringComparer.Ordinal);
        var unit = UnitCuts.OfManifest(manifest, MaxSampleRows).FirstOrDefault(u => u.Rows > 0);
        if (unit.Rows == 0)
            return edges;
        ct.ThrowIfCancellationRequested();
        using var unitColumns = new UnitColumns(compiled.Sources, unit.Rows);
        using var features = compiled.CreateMatrix(unit.Rows);
        using (var file = InputFileReader.Open(manifest.Files[unit.FileIndex]))
        using (var group = file.OpenRowGroup(unit.RowGroup, compiled.Sources))
            group.Read(unitColumns, unit.Rows);
        compiled.Transform(unitColumns, features);
        using var executor = model.CreateExecutor();
        var predictions = new UnitPredictions(executor.Model.Outputs.Count, unit.Rows);
        executor.Score(features, predictions);
        foreach (var (column, index) in compiled.SourceColumns.Select((c, i) => (c, i)))
            Add(edges, column, unitColumns[index]);
        var names = compiled.SourceColumns.ToHashSet(StringComparer.Ordinal);
        for (var i = 0; i < executor.Model.Outputs.Count; i++)
        {
            var output = executor.Model.Outputs[i];
            if (output.Kind == OutputKind.WideInteger)
                AddNumbers(edges, OutputName(output.Name, names), Array.ConvertAll(predictions.Integers(i), v => (float)v));
            else if (output.IsNamed)
                AddNumbers(edges, OutputName(output.Name, names), predictions.Column(i));
        }
        return edges;
    }

    private static void Add(SortedDictionary<string, BinEdges> edges, string name, ColumnVector column)
    {
        switch (column.Kind)
        {
            case ColumnKind.Text:
                var categories = Categories(column);
                if (categories.Count > 0)
                    edges[name] = new BinEdges(name, [], categories);
                break;
            case ColumnKind.Float:
                AddNumbers(edges, name, column.Floats);
                break;
            case ColumnKind.Double or ColumnKind.Decimal:
                AddNumbers(edges, name, Array.ConvertAll(column.Doubles.ToArray(), v => (float)v));
                break;
            default:
                var integers = column.Integers;
                var values = new float[integers.Length];
                for (var row = 0; row < values.Length; row++)
                    values[row] = column.Present[row] != 0 ? integers[row] : float.NaN;
                AddNumbers(edges, name, values);
                break;
        }
    }

    private static void AddNumbers(SortedDictionary<string, BinEdges> edges, string name, ReadOnlySpan<float> values)
    {
        var quantiles = Quantiles(values);
        if (quantiles.Count > 0)
            edges[name] = new BinEdges(name, quantiles, []);
    }

    // The most frequent values, equal counts by name, at most 255; then sorted by name, as the edges keep them.
    private static List<string> Categories(ColumnVector column)
    {
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        for (var row = 0; row < column.Rows; row++)
        {
            if (column.Present[row] == 0)
                continue;
            var text = Encoding.UTF8.GetString(column.Text[row]);
            counts[text] = counts.GetValueOrDefault(text) + 1;
        }
        return [.. counts.OrderByDescending(c => c.Value).ThenBy(c => c.Key, StringComparer.Ordinal).Take(BinEdges.MaxEdges).Select(c => c.Key)
            .Order(StringComparer.Ordinal)];
    }
}
