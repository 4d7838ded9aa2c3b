using System.Globalization;
using System.Text;
using BatchEngine.Domain;
using BatchEngine.Scorer.Execution.Opening;
using BatchEngine.Scorer.Inputs;
using BatchEngine.Scorer.OneShot;

namespace BatchEngine.Scorer.Tests.OneShot;

/// <summary>One folder of shared/cases/models: a model as a converter wrote it, a table, and what the training library predicts.</summary>
internal sealed class BroughtModel(string folder)
{
    private const double UsualTolerance = 1e-4;

    // A 16-bit float has 11 bits; what is expected of such a model was computed with more.
    private const double HalfTolerance = 1e-3;

    private readonly string[] _arguments = File.ReadAllText(Path.Combine(folder, "args.txt")).Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries);

    private string Outcome => File.Exists(Path.Combine(folder, "outcome.txt")) ? File.ReadAllText(Path.Combine(folder, "outcome.txt")).Trim() : "right";

    /// <summary>The folder of all cases; null where it is not beside the repository.</summary>
    public static string? Root()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            var path = Path.Combine(at.FullName, "shared", "cases", "models");
            if (Directory.Exists(path))
                return path;
        }
        return null;
    }

    /// <summary>Scores the table and says what is not as it should be; null means that all is right.</summary>
    public async Task<string?> ProblemAsync(string output)
    {
        OneShotResult result;
        try
        {
            var options = new OneShotOptions(Path.Combine(folder, "model.onnx"), [Path.Combine(folder, "input.parquet")], output)
            {
                KeyColumn = Argument("--key"),
                Features = Argument("--features") is { } names ? FeatureSpec.AsIs(names.Split(',')) : null,
                Workers = 2,
            };
            result = await OneShotScoring.RunAsync(options, null, TimeProvider.System, TestContext.Current.CancellationToken);
        }
        catch (BatchEngineException refusal)
        {
            return Outcome == "refused" ? null : $"refused: {refusal.Message}";
        }
        catch (Exception crash) when (crash is not OperationCanceledException)
        {
            // Never the right outcome: a model that we cannot run is refused with a sentence.
            return $"crashed: {crash.GetType().Name}: {crash.Message}";
        }
        if (Outcome == "refused")
            return "scored, though it has to be refused";
        var rejected = Outcome.StartsWith("reject ", StringComparison.Ordinal) ? long.Parse(Outcome[7..], CultureInfo.InvariantCulture) : 0;
        if (result.Counts.Rejected != rejected)
            return $"{result.Counts.Rejected} rows rejected instead of {rejected}";
        return Outcome == "right or warned" && result.Caveats.Count > 0 ? null : Difference(Read(result), rejected);
    }

    private string? Difference(Dictionary<string, Dictionary<string, string>> rows, long rejected)
    {
        var lines = File.ReadAllLines(Path.Combine(folder, "expected.csv"));
        var names = lines[0].Split(',');
        var expected = lines.Skip(1).Select(l => l.Split(',')).ToArray();
        var missing = expected.Count(e => !rows.ContainsKey(e[0]));
        if (missing != rejected)
            return $"{missing} keys missing instead of {rejected}";
        var tolerance = Tolerance;
        for (var column = 1; column < names.Length; column++)
        {
            var largest = expected.Select(e => double.TryParse(e[column], CultureInfo.InvariantCulture, out var v) ? Math.Abs(v) : 0).Append(1).Max();
            foreach (var row in expected.Where(e => rows.ContainsKey(e[0])))
            {
                if (!rows[row[0]].TryGetValue(names[column], out var seen))
                    return $"no column {names[column]}, only {string.Join(", ", rows[row[0]].Keys)}";
                if (!IsSame(row[column], seen, largest * tolerance))
                    return $"{names[column]} of {row[0]} is {seen} instead of {row[column]}";
            }
        }
        return null;
    }

    private double Tolerance => ExecutorFactory.Inspect(Path.Combine(folder, "model.onnx")).Outputs.Any(o => o.Element == TensorElement.Float16)
        ? HalfTolerance : UsualTolerance;

    // Text and integers exactly.
    private static bool IsSame(string expected, string seen, double tolerance) => expected == seen
        || (double.TryParse(expected, CultureInfo.InvariantCulture, out var e) && double.TryParse(seen, CultureInfo.InvariantCulture, out var s)
            && Math.Abs(e - s) <= (long.TryParse(expected, CultureInfo.InvariantCulture, out _) ? 0 : tolerance));

    private string? Argument(string name)
    {
        var at = Array.IndexOf(_arguments, name);
        return at < 0 ? null : _arguments[at + 1];
    }

    private Dictionary<string, Dictionary<string, string>> Read(OneShotResult result)
    {
        var rows = new Dictionary<string, Dictionary<string, string>>();
        foreach (var artifact in result.Files.Where(f => f.Kind == ArtifactKind.Output))
        {
            using var file = InputFileReader.Open(Path.Combine(result.OutputDirectory, artifact.BlobName));
            for (var group = 0; group < file.RowGroupCount; group++)
            {
                using var reader = file.OpenRowGroup(group, [.. file.Columns.Select(c => c.Name)]);
                using var batch = new UnitColumns(file.Columns, 8_192);
                while (reader.Read(batch, 8_192) is > 0 and var count)
                {
                    for (var row = 0; row < count; row++)
                        rows.Add(Text(batch[Argument("--key")!], row), Row(batch, row));
                }
            }
        }
        return rows;
    }

    private static Dictionary<string, string> Row(UnitColumns batch, int row) =>
        Enumerable.Range(0, batch.Count).ToDictionary(c => batch[c].Name, c => Text(batch[c], row));

    private static string Text(ColumnVector column, int row) => column.Kind switch
    {
        ColumnKind.Float => column.Floats[row].ToString("R", CultureInfo.InvariantCulture),
        ColumnKind.Double or ColumnKind.Decimal => column.Doubles[row].ToString("R", CultureInfo.InvariantCulture),
        ColumnKind.Text => Encoding.UTF8.GetString(column.Text[row]),
        _ => column.Integers[row].ToString(CultureInfo.InvariantCulture),
    };
}
