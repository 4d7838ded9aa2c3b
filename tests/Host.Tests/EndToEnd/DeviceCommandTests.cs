using System.Diagnostics;
using BatchEngine.Scorer.Execution.Opening;

namespace BatchEngine.Host.Tests.EndToEnd;

/// <summary>What a person sees who asks for a card, on a machine without one.</summary>
[Collection(ProcessesCollection.Name)]
public sealed class DeviceCommandTests
{
    [Theory]
    [InlineData("cuda")]
    [InlineData("auto")]
    public async Task Score_OnACardThatIsNotThere_GoesOnWithTheProcessorAndSaysSoInOneLine(string device)
    {
        if (ExecutionDevices.ForestProblem(0) is null)
            Assert.Skip("NeedsNoGpu: forests can run on a card here.");
        using var folder = await InputFolder.CreateAsync();
        var run = await folder.ScoreAsync(folder.Good, "--device", device, "--json");
        run.MustEnd(0);
        var note = run.Json().GetProperty("deviceNote").GetString()!;
        Assert.EndsWith("; the processor scores", note, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', note);
        Assert.StartsWith("forest-", run.Json().GetProperty("engine").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_NamesDevicesAndWhatToDo()
    {
        using var folder = await InputFolder.CreateAsync();
        var run = await ProgramRun.RunAsync("doctor", "--data", folder["data"], "--json");
        var checks = run.Json().EnumerateArray().ToDictionary(c => c.GetProperty("name").GetString()!, c => c.GetProperty("finding").GetString()!);
        Assert.Contains("cpu accelerator", checks["devices"], StringComparison.Ordinal);
        Assert.Contains("execution.device", checks["forests, cuda"], StringComparison.Ordinal);
        if (ExecutionDevices.OnnxProblem(0) is not null)
            Assert.Contains("cuDNN 9", checks["onnx, cuda"], StringComparison.Ordinal);
    }

    // An ILGPU that cannot be loaded stands for one that costs time and memory to load.
    [Fact]
    public async Task Score_OnTheProcessor_NeverLoadsTheDeviceLibrary()
    {
        using var folder = await InputFolder.CreateAsync();
        var program = Directory.CreateDirectory(folder["program"]).FullName;
        foreach (var file in Directory.EnumerateFiles(AppContext.BaseDirectory))
        {
            var copy = Path.Combine(program, Path.GetFileName(file));
            if (Path.GetFileName(file) == "ILGPU.dll")
                await File.WriteAllBytesAsync(copy, [], TestContext.Current.CancellationToken);
            else if (Path.GetFileNameWithoutExtension(file) == "batchengine")
                File.Copy(file, copy);
            else
                File.CreateSymbolicLink(copy, file);
        }
        foreach (var inner in Directory.EnumerateDirectories(AppContext.BaseDirectory))
            Directory.CreateSymbolicLink(Path.Combine(program, Path.GetFileName(inner)), inner);
        async Task<ProgramRun> Run(params string[] arguments)
        {
            var start = new ProcessStartInfo(Path.Combine(program, "batchengine"), arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                WorkingDirectory = Path.GetTempPath()
            };
            using var process = Process.Start(start)!;
            return await ProgramRun.EndAsync(process);
        }
        (await Run("score", "--model", InputFolder.Model, "--features", InputFolder.Features, "--input", folder.Good, "--output", folder["out"])).MustEnd(0);
        Assert.NotEqual(0, (await Run("doctor", "--data", folder["data"])).ExitCode);
    }
}
