using System.Globalization;
using BatchEngine.Domain;

namespace BatchEngine.Benchmarks.Forests;

/// <summary>What the forest benchmark was asked for. Immutable.</summary>
/// <param name="Models">ONNX files, each a single forest over one matrix of floats.</param>
/// <param name="XgboostModel">The same model as XGBoost saved it, to be measured in the same run; null means none.</param>
/// <param name="Passes">Passes of every contender; the median counts.</param>
/// <param name="Label">Put into the names of the files of raw figures, for instance "avx2"; empty for none.</param>
public sealed record ForestBenchOptions(IReadOnlyList<string> Models, string? XgboostModel, int Passes, string Label)
{
    /// <summary>Reads the command line.</summary>
    public static ForestBenchOptions Parse(IReadOnlyList<string> words)
    {
        var options = new ForestBenchOptions([], null, 7, "");
        for (var i = 0; i < words.Count; i++)
        {
            options = words[i] switch
            {
                "--xgboost" when i + 1 < words.Count => options with { XgboostModel = words[++i] },
                "--passes" when i + 1 < words.Count => options with { Passes = int.Parse(words[++i], CultureInfo.InvariantCulture) },
                "--label" when i + 1 < words.Count => options with { Label = words[++i] },
                var path when File.Exists(path) => options with { Models = [.. options.Models, path] },
                var other => throw new BadInputException("command line", other, "ONNX files, --xgboost MODEL.json, --passes N or --label TEXT",
                    "Correct the word."),
            };
        }
        return options;
    }
}
