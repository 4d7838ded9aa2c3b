using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using BatchEngine.Domain;
using BatchEngine.Scorer.Execution.Opening;

namespace BatchEngine.Benchmarks.Forests;

/// <summary>XGBoost's inplace_predict on the same rows, in a Python process of its own; its predictions must be those of the ONNX file, or the comparison
/// would be of two models.</summary>
internal static class XgboostPeer
{
    private const string Script = "tests/Benchmarks/Forests/xgboost_peer.py";
    private const float Tolerance = 1e-4f;

    /// <summary>Measures one thread.</summary>
    public static IEnumerable<ForestFigure> Measure(string xgboostModel, ForestRows rows, string onnxModel, int passes)
    {
        var folder = Directory.CreateTempSubdirectory("xgboost-peer").FullName;
        try
        {
            File.WriteAllBytes(Path.Combine(folder, "rows.f32"), MemoryMarshal.AsBytes(rows.Matrix(rows.Count).AsSpan()));
            var start = new ProcessStartInfo("/usr/bin/python3",
                [Script, xgboostModel, folder, rows.Features.ToString(CultureInfo.InvariantCulture),
                passes.ToString(CultureInfo.InvariantCulture)])
            { RedirectStandardOutput = true };
            using var process = Process.Start(start)!;
            var answer = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode != 0)
                throw new BadInputException("XGBoost", $"exit code {process.ExitCode}", "figures",
                    "Install Debian's python3-xgboost and python3-numpy, or leave --xgboost out.");
            RequireSameModel(folder, rows, onnxModel);
            return [.. JsonSerializer.Deserialize<double[]>(answer)!.Select((seconds, pass) =>
                new ForestFigure("XGBoost inplace_predict", pass, rows.Count, seconds))];
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }

    private static void RequireSameModel(string folder, ForestRows rows, string onnxModel)
    {
        var theirs = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(Path.Combine(folder, "predictions.f32")).AsSpan());
        using var model = ExecutorFactory.Open(onnxModel, [.. Enumerable.Range(0, rows.Features).Select(i => $"f{i}")]);
        using var ours = new ExecutorContender(model, rows, rows.Count);
        ours.Run();
        var scores = ours.Predictions.Column(0);
        for (var row = 0; row < scores.Length; row++)
        {
            if (MathF.Abs(scores[row] - theirs[row]) > Tolerance * MathF.Max(1, MathF.Abs(theirs[row])))
                throw new BadInputException("XGBoost", $"{theirs[row]} for row {row}", $"the ONNX model's {scores[row]}",
                    "Give the same model in both formats.");
        }
    }
}
