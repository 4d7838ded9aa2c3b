using BatchEngine.Domain;
using BatchEngine.Scorer.Features;
using BatchEngine.Scorer.Inputs;

namespace BatchEngine.Scorer.Tests.Features;

/// <summary>Columns with values for feature tests.</summary>
internal static class FeatureCases
{
    public static InputColumn Column(string name, ColumnKind kind) => new(name, kind, true, kind.ToString());

    /// <summary>A batch of one column, row by row from look-up values.</summary>
    public static UnitColumns Batch(InputColumn column, params object?[] values) =>
        Batch([column], [.. values.Select(v => new Dictionary<string, object?> { [column.Name] = v })]);

    /// <summary>A batch whose rows are the given ones, filled through the vectors and not through <see cref="SingleRow"/>.</summary>
    public static UnitColumns Batch(IReadOnlyList<InputColumn> columns, IReadOnlyList<IReadOnlyDictionary<string, object?>> rows)
    {
        var batch = new UnitColumns(columns, Math.Max(rows.Count, 1));
        Fill(batch, rows);
        return batch;
    }

    public static void Fill(UnitColumns batch, IReadOnlyList<IReadOnlyDictionary<string, object?>> rows)
    {
        batch.Start(rows.Count);
        for (var c = 0; c < batch.Count; c++)
        {
            var vector = batch[c];
            for (var row = 0; row < rows.Count; row++)
                Put(vector, row, rows[row][vector.Name]);
        }
    }

    /// <summary>The features of a batch, through bound memory or copied.</summary>
    public static FeatureMatrix Transform(CompiledFeatures features, UnitColumns batch)
    {
        var matrix = features.CreateMatrix(batch.CapacityRows);
        features.Transform(batch, matrix);
        return matrix;
    }

    /// <summary>One feature's values for one column's values.</summary>
    public static float[] Run(ColumnKind kind, IReadOnlyList<FeatureTransform> steps, params object?[] values)
    {
        var column = Column("x", kind);
        using var batch = Batch(column, values);
        using var matrix = Transform(CompiledFeatures.Compile(new FeatureSpec([new FeatureColumn("f", "x", steps)]), [column]), batch);
        return matrix.Column(0).ToArray();
    }

    private static void Put(ColumnVector vector, int row, object? value)
    {
        if (value is null)
            vector.MarkMissing()[row] = 0;
        switch (vector.Kind)
        {
            case ColumnKind.Float:
                vector.Floats[row] = (float?)value ?? float.NaN;
                break;
            case ColumnKind.Double or ColumnKind.Decimal:
                vector.Doubles[row] = (double?)value ?? double.NaN;
                break;
            case ColumnKind.Text:
                vector.Text.Append(System.Text.Encoding.UTF8.GetBytes((string?)value ?? ""));
                break;
            default:
                vector.Integers[row] = value switch
                {
                    null => 0,
                    bool flag => flag ? 1 : 0,
                    DateTimeOffset instant when vector.Kind == ColumnKind.Date => (long)Math.Floor((instant.UtcDateTime - DateTime.UnixEpoch).TotalDays),
                    DateTimeOffset instant => (instant.UtcDateTime - DateTime.UnixEpoch).Ticks / 10,
                    _ => Convert.ToInt64(value),
                };
                break;
        }
    }
}
