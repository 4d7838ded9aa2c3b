using BatchEngine.Domain;
using BatchEngine.Scorer.Outputs;
using BatchEngine.Scorer.Tests.Graphs;
using BatchEngine.TestKit.Folders;

namespace BatchEngine.Host.Tests.EndToEnd;

/// <summary>Integers that no float holds, from a column through a model to the files, the snapshot and the answers.</summary>
[Collection(ProcessesCollection.Name)]
public sealed class ExactIntegersTests : IDisposable
{
    private static readonly long[] s_numbers = [(1L << 24) + 1, -((1L << 53) + 1), long.MaxValue, long.MinValue, 0, 0x7FC0_0001_FF80_0001];

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task IntegersOfAModel_ScoredAndLookedUp_AreExact()
    {
        var ct = TestContext.Current.CancellationToken;
        await WriteAsync(ct);
        await File.WriteAllTextAsync(_folder["numbers.yaml"], """
            name: numbers
            owner: me
            input: in.parquet
            key: id
            model: numbers@champion
            output: out/{run}
            serving: { name: numbers, maxAge: 36h }
            """, ct);
        (await RunAsync("models", "register", "numbers", "numbers.onnx", "--promote")).MustEnd(0);
        (await RunAsync("run", "numbers.yaml")).MustEnd(0);
        var rows = ParquetRows.Read(Assert.Single(Directory.GetDirectories(_folder["out"])), "id", ["model_version", "run_id", "scored_at"]);
        for (var i = 0; i < s_numbers.Length; i++)
        {
            Assert.Equal($"{i}|{s_numbers[i]}", rows[i]);
            var answer = (await RunAsync("lookup", "numbers", $"{i}")).Output;
            Assert.Contains($"\"number\": {s_numbers[i]}", answer, StringComparison.Ordinal);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();

    private Task<ProgramRun> RunAsync(params string[] arguments) => ProgramRun.RunInAsync(_folder.Path, [.. arguments, "--data", _folder["data"]]);

    private async Task WriteAsync(CancellationToken ct)
    {
        await File.WriteAllBytesAsync(_folder["numbers.onnx"], new OnnxModelWriter().Input("n", OnnxModelWriter.Int64, -1, 1)
            .Node("Identity", "", ["n"], ["number"]).Output("number", OnnxModelWriter.Int64, -1, 1).ToArray(), ct);
        await using var stream = File.Create(_folder["in.parquet"]);
        await using var writer = await TableWriter.CreateAsync(stream, [new("id", ColumnKind.Integer, false), new("n", ColumnKind.Integer, false)], ct);
        await writer.WriteRowGroupAsync([Enumerable.Range(0, s_numbers.Length).Select(i => (long)i).ToArray(), s_numbers], ct);
        await writer.CompleteAsync(ct);
    }
}
