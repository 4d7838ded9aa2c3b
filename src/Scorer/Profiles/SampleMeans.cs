using BatchEngine.Domain;
using BatchEngine.Scorer.Features;
using BatchEngine.Scorer.Inputs;
using BatchEngine.Scorer.Units;

namespace BatchEngine.Scorer.Profiles;

/// <summary>The means of numeric columns over the first unit of a manifest. Deterministic.</summary>
public static class SampleMeans
{
    /// <summary>Reads the first unit that has rows.</summary>
    /// <param name="manifest">The frozen input.</param>
    /// <param name="columns">Numeric columns of it, each once.</param>
    /// <param name="ct">Stops before the read.</param>
    /// <returns>The mean of the finite values by column; not measured for a column without any.</returns>
    /// <exception cref="BadInputException">A column is missing or holds text.</exception>
    public static Task<IReadOnlyDictionary<string, Measured<double>>> OfAsync(InputManifest manifest, IReadOnlyList<string> columns, CancellationToken ct) =>
        Task.Run(() => Of(manifest, columns), ct);

    private static IReadOnlyDictionary<string, Measured<double>> Of(InputManifest manifest, IReadOnlyList<string> columns)
    {
        var unit = UnitCuts.OfManifest(manifest, ProfileEdges.MaxSampleRows).FirstOrDefault(u => u.Rows > 0);
        if (unit.Rows == 0)
            return columns.ToDictionary(c => c, _ => Measured<double>.NotMeasured("the input has no rows"), StringComparer.Ordinal);
        var compiled = CompiledFeatures.Compile(FeatureSpec.AsIs(columns), manifest.Columns);
        using var unitColumns = new UnitColumns(compiled.Sources, unit.Rows);
        using var features = compiled.CreateMatrix(unit.Rows);
        using (var file = InputFileReader.Open(manifest.Files[unit.FileIndex]))
        using (var group = file.OpenRowGroup(unit.RowGroup, compiled.Sources))
            group.Read(unitColumns, unit.Rows);
        compiled.Transform(unitColumns, features);
        var means = new Dictionary<string, Measured<double>>(StringComparer.Ordinal);
        for (var i = 0; i < columns.Count; i++)
            means[columns[i]] = MeanOf(features.Column(i), columns[i]);
        return means;
    }

    private static Measured<double> MeanOf(ReadOnlySpan<float> values, string column)
    {
        var (sum, count) = (0.0, 0L);
        foreach (var value in values)
        {
            if (!float.IsFinite(value))
                continue;
            sum += value;
            count++;
        }

        return count > 0 ? Measured<double>.Of(sum / count) : Measured<double>.NotMeasured($"column {column} has no value in the first {values.Length} rows");
    }
}
