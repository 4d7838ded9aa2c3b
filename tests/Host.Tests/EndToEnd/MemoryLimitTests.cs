using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Scorer.Outputs;
using BatchEngine.Scorer.Tests.Graphs;
using BatchEngine.TestKit.Folders;
using ParquetSharp;

namespace BatchEngine.Host.Tests.EndToEnd;

[Collection(ProcessesCollection.Name)]
public sealed class MemoryLimitTests : IDisposable
{
    private const int Features = 50;
    private readonly TemporaryFolder _folder = new();

    public MemoryLimitTests() => File.WriteAllBytes(PathOf("sum.onnx"), new OnnxModelWriter()
        .Input("x", OnnxModelWriter.Float, -1, Features)
        .Constant("w", [.. Enumerable.Repeat(1f, Features)], Features, 1)
        .Node("MatMul", "", ["x", "w"], ["y"])
        .Output("y", OnnxModelWriter.Float, -1, 1)
        .ToArray());

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Score_OneRowGroupOfAGigabyteDecoded_StaysUnderTheLimit()
    {
        NeedsProc();
        const int rows = 5_000_000;
        WriteInSmallPages(PathOf("large.parquet"), rows);
        var (run, peak) = await ScoreAsync("large.parquet", "512MB");
        Assert.True(run.ExitCode == 0, run.Errors);
        Assert.Equal(rows, run.Json().GetProperty("counts").GetProperty("scored").GetInt64());
        Assert.InRange(peak, 1, 512_000_000);
    }

    [Fact]
    public async Task Score_LimitThatTheInputCannotKeep_IsRefusedWithTheLeastThatWouldDo_AndThatDoes()
    {
        NeedsProc();
        await WriteInOnePageAsync(PathOf("pages.parquet"), 500_000);
        var (refused, _) = await ScoreAsync("pages.parquet", "200MB");
        refused.MustRefuse("memory.limit", "200 MB", "at least", "smaller pages");
        var text = refused.Errors[(refused.Errors.IndexOf("at least ", StringComparison.Ordinal) + "at least ".Length)..];
        var least = int.Parse(text[..text.IndexOf(' ', StringComparison.Ordinal)], CultureInfo.InvariantCulture);
        Assert.InRange(least, 201, 512);
        var (run, peak) = await ScoreAsync("pages.parquet", string.Create(CultureInfo.InvariantCulture, $"{least}MB"));
        Assert.True(run.ExitCode == 0, run.Errors);
        Assert.InRange(peak, 1, least * 1_000_000L);
    }

    private static void NeedsProc()
    {
        if (!File.Exists("/proc/self/status"))
            Assert.Skip("NeedsLinux: the peak is read from /proc.");
    }

    private string PathOf(string name) => _folder[name];

    private async Task<(ProgramRun Run, long PeakBytes)> ScoreAsync(string input, string limit)
    {
        using var process = ProgramRun.Start(
            ["score", "--model", PathOf("sum.onnx"), "--input", PathOf(input), "--output", PathOf(Path.GetRandomFileName()), "--memory-limit", limit,
            "--json"], leaseTtl: null);
        var end = ProgramRun.EndAsync(process);
        var peak = 0L;
        while (!end.IsCompleted)
        {
            peak = Math.Max(peak, PeakOf(process.Id));
            await Task.WhenAny(end, Task.Delay(10, TestContext.Current.CancellationToken));
        }
        return (await end, peak);
    }

    // The high-water mark only rises, so the last look before the end tells it.
    private static long PeakOf(int process)
    {
        try
        {
            var line = File.ReadLines($"/proc/{process}/status").FirstOrDefault(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0 : 1024
                * long.Parse(line["VmHWM:".Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0; // it has just ended
        }
    }

    private static float[] Values(int rows)
    {
        var random = new Random(3);
        var values = new float[rows];
        for (var i = 0; i < rows; i++)
            values[i] = random.NextSingle();
        return values;
    }

    // As most writers do it: pages of a megabyte.
    private static void WriteInSmallPages(string path, int rows)
    {
        using var builder = new WriterPropertiesBuilder();
        using var properties = builder.Compression(Compression.Snappy).DisableDictionary().Build();
        using var file = new ParquetFileWriter(path, [.. Enumerable.Range(0, Features).Select(i => new Column<float>($"f{i}"))], properties);
        var values = Values(rows);
        using (var group = file.AppendRowGroup())
        {
            for (var i = 0; i < Features; i++)
            {
                using var column = group.NextColumn().LogicalWriter<float>();
                column.WriteBatch(values);
            }
        }
        file.Close();
    }

    // As some do: a column of a row group is one page.
    private static async Task WriteInOnePageAsync(string path, int rows)
    {
        await using var file = File.Create(path);
        await using var table = await TableWriter.CreateAsync(file,
            [.. Enumerable.Range(0, Features).Select(i => new TableColumn($"f{i}", ColumnKind.Float, false))],
            TestContext.Current.CancellationToken);
        var values = Values(rows);
        await table.WriteRowGroupAsync([.. Enumerable.Repeat<Array>(values, Features)], TestContext.Current.CancellationToken);
        await table.CompleteAsync(TestContext.Current.CancellationToken);
    }
}
