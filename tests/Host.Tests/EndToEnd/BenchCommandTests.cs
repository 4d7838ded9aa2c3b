using System.Diagnostics;
using System.Text.Json;

namespace BatchEngine.Host.Tests.EndToEnd;

[Collection(ProcessesCollection.Name)]
public sealed class BenchCommandTests
{
    [Fact]
    public async Task Bench_OfAModelOverOneMatrix_MeasuresEveryStageAndLeavesNothing()
    {
        using var folder = await InputFolder.CreateAsync();
        using var process = Start(folder, "bench", "--model", InputFolder.Model, "--rows", "2000", "--json", "--save", folder["bench.json"]);
        var run = await ProgramRun.EndAsync(process);
        run.MustEnd(0);
        var stages = run.Json().GetProperty("stages").EnumerateArray().ToDictionary(s => s.GetProperty("name").GetString()!);
        Assert.All(["decode", "features", "model", "onnx runtime", "check", "profile", "fingerprint", "write", "run files", "segments", "end to end"], name =>
            Assert.Contains(name, stages.Keys));
        Assert.All(stages.Values, s =>
            Assert.True(s.GetProperty("rowsPerSecond").GetDouble() > 0 && s.GetProperty("passes").GetArrayLength() == 3, s.ToString()));
        Assert.True(stages["end to end"].GetProperty("shareOfLimit").GetDouble() > 0);
        Assert.Contains(run.Json().GetProperty("bindingStage").GetString()!, stages.Keys);
        Assert.Equal(2_000, run.Json().GetProperty("rows").GetInt64());
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder["tmp"], "batchengine-*"));
        using var saved = JsonDocument.Parse(await File.ReadAllTextAsync(folder["bench.json"], TestContext.Current.CancellationToken));
        Assert.Equal(run.Json().GetRawText(), saved.RootElement.GetRawText());
    }

    [Fact]
    public async Task Bench_OfOwnFiles_UsesTheirRowsAndFeatures()
    {
        using var folder = await InputFolder.CreateAsync();
        using var process = Start(folder, "bench", "--model", InputFolder.Model, "--features", InputFolder.Features, "--input", folder.Good, "--key",
            "customer_id");
        var run = await ProgramRun.EndAsync(process);
        run.MustEnd(0);
        Assert.Contains("28 features", run.Output, StringComparison.Ordinal);
        Assert.Contains("2,000 rows", run.Output, StringComparison.Ordinal);
        Assert.Contains("Binding stage:", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bench_Interrupted_LeavesNothing()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "NeedsUnix: an interrupt is sent as a signal.");
        using var folder = await InputFolder.CreateAsync();
        using var process = Start(folder, "bench", "--rows", "3000000");
        await process.StandardError.ReadLineAsync(TestContext.Current.CancellationToken);
        if (IgnoresInterrupts(process.Id))
        {
            process.Kill();
            Assert.Skip("NeedsInterrupts: the tests were started with them ignored, as by nohup, and so is every process that they start.");
        }
        using (var interrupt = Process.Start("kill", ["-INT", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
            await interrupt.WaitForExitAsync(TestContext.Current.CancellationToken);
        (await ProgramRun.EndAsync(process)).MustEnd(130, "Stopped", "removed");
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder["tmp"], "batchengine-*"));
    }

    [Theory]
    [InlineData("--rows 5", "1000 to 100000000")]
    [InlineData("--features a,b", "--model")]
    [InlineData("--key id", "--input")]
    [InlineData("--model nobody.onnx", "nobody.onnx")]
    public async Task Bench_ThatCannotBeMeasured_IsRefused(string arguments, string word) =>
        (await ProgramRun.RunAsync(["bench", .. arguments.Split(' ')])).MustRefuse(word);

    private static bool IgnoresInterrupts(int process)
    {
        const int Interrupt = 2;
        var status = $"/proc/{process}/status";
        return File.Exists(status) && File.ReadLines(status).FirstOrDefault(l => l.StartsWith("SigIgn:", StringComparison.Ordinal)) is { } ignored
            && (Convert.ToUInt64(ignored["SigIgn:".Length..].Trim(), 16) & (1UL << (Interrupt - 1))) != 0;
    }

    private static Process Start(InputFolder folder, params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "batchengine.exe" : "batchengine"),
            arguments)
        { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["TMPDIR"] = Directory.CreateDirectory(folder["tmp"]).FullName;
        return Process.Start(start)!;
    }
}
