using BatchEngine.Domain;
using BatchEngine.Scorer.Outputs;
using BatchEngine.Scorer.Tests.Graphs;
using BatchEngine.TestKit.Folders;

namespace BatchEngine.Host.Tests.EndToEnd;

/// <summary>A model with more outputs than anybody wants, and an input column that the table lacks.</summary>
[Collection(ProcessesCollection.Name)]
public sealed class ChosenOutputsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Outputs_OfAJob_AreKeptAndNothingElseIsAskedFor()
    {
        var ct = TestContext.Current.CancellationToken;
        await WriteAsync(ct);
        await File.WriteAllTextAsync(_folder["minus.yaml"], """
            name: minus
            owner: me
            input: in.parquet
            key: id
            model: minus@champion
            outputs: minus
            output: out/{run}
            serving: { name: minus, maxAge: 36h }
            """, ct);
        (await RunAsync("models", "register", "minus", "minus.onnx", "--promote")).MustEnd(0);
        (await RunAsync("run", "minus.yaml")).MustEnd(0);
        var rows = ParquetRows.Read(Assert.Single(Directory.GetDirectories(_folder["out"])), "id", ["model_version", "run_id", "scored_at"]);
        Assert.Equal("1|-2.5", rows[1]);
        var answer = (await RunAsync("lookup", "minus", "1")).Output;
        Assert.Contains("\"minus\": -2.5", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("other", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Outputs_OfScore_AreKeptAndThoseLeftOutAreNamed()
    {
        await WriteAsync(TestContext.Current.CancellationToken);
        string[] score = ["score", "--model", "minus.onnx", "--input", "in.parquet", "--key", "id"];
        (await ProgramRun.RunInAsync(_folder.Path, [.. score, "--output", "whole"])).MustRefuse("'m'");
        var run = await ProgramRun.RunInAsync(_folder.Path, [.. score, "--output", "chosen", "--outputs", "minus,copy"]);
        run.MustEnd(0);
        Assert.Contains("outputs: minus, copy", run.Output, StringComparison.Ordinal);
        Assert.Contains("copy", (await ProgramRun.RunInAsync(_folder.Path, [.. score, "--output", "x", "--outputs", "copi"])).Errors, StringComparison.Ordinal);
    }

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();

    private Task<ProgramRun> RunAsync(params string[] arguments) => ProgramRun.RunInAsync(_folder.Path, [.. arguments, "--data", _folder["data"]]);

    private async Task WriteAsync(CancellationToken ct)
    {
        await File.WriteAllBytesAsync(_folder["minus.onnx"], new OnnxModelWriter()
            .Input("n", OnnxModelWriter.Float, -1, 1).Input("m", OnnxModelWriter.Float, -1, 1)
            .Node("Neg", "", ["n"], ["minus"]).Node("Neg", "", ["m"], ["other"]).Node("Identity", "", ["n"], ["copy"])
            .Output("minus", OnnxModelWriter.Float, -1, 1).Output("other", OnnxModelWriter.Float, -1, 1).Output("copy", OnnxModelWriter.Float, -1, 1)
            .ToArray(), ct);
        await using var stream = File.Create(_folder["in.parquet"]);
        await using var writer = await TableWriter.CreateAsync(stream, [new("id", ColumnKind.Integer, false), new("n", ColumnKind.Float, false)], ct);
        await writer.WriteRowGroupAsync([(long[])[1, 2], (float[])[2.5f, -1f]], ct);
        await writer.CompleteAsync(ct);
    }
}
