using System.Globalization;

namespace BatchEngine.Host.Tests.EndToEnd;

[Collection(ProcessesCollection.Name)]
public sealed class ScoreCommandTests
{
    [Fact]
    public async Task Score_MissingFile_IsRefusedWithItsName()
    {
        using var folder = await InputFolder.CreateAsync();
        (await folder.ScoreAsync(folder["nobody.parquet"])).MustRefuse("nobody.parquet", "no matching file", "good.parquet");
    }

    [Theory]
    [InlineData(0, "an empty file")]
    [InlineData(5_000, "was cut off")]
    public async Task Score_FileCutOff_IsRefusedWithTheReason(int bytes, string reason)
    {
        using var folder = await InputFolder.CreateAsync();
        await File.WriteAllBytesAsync(folder["cut.parquet"], (await File.ReadAllBytesAsync(folder.Good, TestContext.Current.CancellationToken))[..bytes],
            TestContext.Current.CancellationToken);
        (await folder.ScoreAsync(folder["cut.parquet"])).MustEnd(1, "cut.parquet", reason);
        Assert.False(Directory.Exists(folder["out"]) && Directory.EnumerateFiles(folder["out"], "*.parquet").Any());
    }

    [Fact]
    public async Task Score_FileThatIsNoParquet_IsRefusedWithItsFirstBytes()
    {
        using var folder = await InputFolder.CreateAsync();
        await File.WriteAllTextAsync(folder["text.parquet"], "id,score\n1,0.5\n", TestContext.Current.CancellationToken);
        (await folder.ScoreAsync(folder["text.parquet"])).MustEnd(1, "text.parquet", "id,score", "PAR1");
    }

    [Fact]
    public async Task Score_WrongColumn_IsRefusedWithTheNearest()
    {
        using var folder = await InputFolder.CreateAsync();
        (await folder.ScoreAsync(folder.Good, "--key", "custmer_id")).MustRefuse("'custmer_id'", "nearest are 'customer_id'");
    }

    [Theory]
    [InlineData("Did you mean '--key'?", "--kye", "customer_id")]
    [InlineData("--workers", "--workers", "-3")]
    [InlineData("auto, cpu, cuda", "--device", "gpu")]
    [InlineData("0 to 1", "--max-reject-share", "2")]
    public async Task Score_OptionThatCannotBeMeant_IsRefusedWithWhatCan(string expected, params string[] options)
    {
        using var folder = await InputFolder.CreateAsync();
        var run = await ProgramRun.RunAsync(
            ["score", "--model", InputFolder.Model, "--features", InputFolder.Features, "--output", folder["out"], "--input", folder.Good, .. options]);
        run.MustRefuse(expected);
        Assert.DoesNotContain("BatchEngine.Scorer", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Score_DamagedPage_IsRefusedInWordsOfAPerson()
    {
        using var folder = await InputFolder.CreateAsync();
        var bytes = await File.ReadAllBytesAsync(folder.Good, TestContext.Current.CancellationToken);
        bytes.AsSpan(40, 2_000).Fill(0xFF);
        await File.WriteAllBytesAsync(folder["damaged.parquet"], bytes, TestContext.Current.CancellationToken);
        var run = await folder.ScoreAsync(folder["damaged.parquet"], "--key", "customer_id");
        run.MustEnd(1, "damaged.parquet", "row group 0");
        Assert.DoesNotContain("(message:", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Score_CorruptModel_IsRefused()
    {
        using var folder = await InputFolder.CreateAsync();
        await File.WriteAllBytesAsync(folder["bad.onnx"], (await File.ReadAllBytesAsync(InputFolder.Model, TestContext.Current.CancellationToken))[..3_000],
            TestContext.Current.CancellationToken);
        (await ProgramRun.RunAsync("score", "--model", folder["bad.onnx"], "--features", InputFolder.Features, "--input", folder.Good, "--output",
            folder["out"])).MustRefuse("bad.onnx", "valid ONNX model");
    }

    [Fact]
    public async Task Score_TooFewFeatures_IsRefusedWithBothCounts()
    {
        using var folder = await InputFolder.CreateAsync();
        (await ProgramRun.RunAsync("score", "--model", InputFolder.Model, "--features", "age,visits_30d", "--input", folder.Good, "--output", folder["out"]))
            .MustRefuse("2 features [age, visits_30d]", "28 features");
    }

    [Fact]
    public async Task Score_NoRows_EndsWellWithNothingScored()
    {
        using var folder = await InputFolder.CreateAsync();
        await InputFolder.WriteAsync(folder["none.parquet"], 0);
        var run = await folder.ScoreAsync(folder["none.parquet"], "--json");
        run.MustEnd(0);
        Assert.Equal(0, run.Json().GetProperty("counts").GetProperty("read").GetInt64());
    }

    [Fact]
    public async Task Score_WithJson_PrintsOneDocumentWhoseCountsAddUp()
    {
        using var folder = await InputFolder.CreateAsync();
        var run = await folder.ScoreAsync(folder.Good, "--key", "customer_id", "--json");
        run.MustEnd(0);
        var counts = run.Json().GetProperty("counts");
        Assert.Equal(2_000, counts.GetProperty("read").GetInt64());
        Assert.Equal(2_000, counts.GetProperty("scored").GetInt64() + counts.GetProperty("rejected").GetInt64());
        (await folder.ScoreAsync(folder.Good)).MustRefuse("files of an earlier result");
    }

    [Fact]
    public async Task Score_DiskFull_EndsWithOneMessageAndNoResult()
    {
        using var folder = await InputFolder.CreateAsync();
        var disk = Directory.CreateDirectory(folder["disk"]).FullName;
        Assert.SkipUnless(OperatingSystem.IsLinux()
            && await SystemAsync("mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", disk) == 0, "NeedsMount: a small disk can only be mounted by root.");
        try
        {
            var run = await ProgramRun.RunAsync("score", "--model", InputFolder.Model, "--features", InputFolder.Features, "--input", folder.Good, "--output",
                Path.Combine(disk, "out"), "--max-reject-share", "0.05");
            run.MustEnd(1, disk, "free space, then repeat the command");
            Assert.False(File.Exists(Path.Combine(disk, "out", "_manifest.json")));
        }
        finally
        {
            Assert.Equal(0, await SystemAsync("umount", disk));
        }
    }

    [Fact]
    public async Task Score_Housing_ReproducesTheTrainersPredictions()
    {
        var data = Path.GetFullPath(Path.Combine(Repository.Root, "..", "shared", "data", "housing"));
        Assert.SkipUnless(Directory.Exists(data), "NeedsSharedData: the housing model, its rows and the trainer's predictions.");
        using var folder = await InputFolder.CreateAsync();
        var run = await ProgramRun.RunAsync("score", "--model", Path.Combine(data, "housing_hgb.onnx"), "--input", Path.Combine(data, "housing.parquet"),
            "--output", folder["out"], "--key", "district_id",
            "--features", "longitude,latitude,housing_median_age,total_rooms,total_bedrooms,population,households,median_income");
        run.MustEnd(0);
        var scored = ParquetRows.Read(folder["out"], "district_id", ["model_version", "run_id", "scored_at"]);
        Assert.Equal(20_640, scored.Count);
        foreach (var line in File.ReadLines(Path.Combine(data, "housing_expected.csv")).Skip(1))
        {
            var cells = line.Split(',');
            var (expected, seen) = (Number(cells[1]), Number(scored[long.Parse(cells[0], CultureInfo.InvariantCulture)].Split('|')[1]));
            Assert.True(Math.Abs(seen - expected) <= 1e-5 * Math.Abs(expected), $"district {cells[0]}: {seen}, expected {expected}");
        }
    }

    [Fact]
    public async Task Score_WithAChallenger_AddsItsOutputsAsItWouldScoreAlone()
    {
        using var folder = await InputFolder.CreateAsync();
        File.Copy(InputFolder.Model, folder["next.onnx"]);
        string[] inputs = ["--features", InputFolder.Features, "--input", folder.Good, "--key", "customer_id", "--max-reject-share", "0.05"];
        var together = await ProgramRun.RunAsync(
            ["score", "--model", InputFolder.Model, "--challenger", folder["next.onnx"], "--output", folder["together"], .. inputs]);
        together.MustEnd(0);
        (await ProgramRun.RunAsync(["score", "--model", InputFolder.Model, "--output", folder["alone"], .. inputs])).MustEnd(0);

        var (pairs, alone) = (ParquetRows.Read(folder["together"], "customer_id", ["model_version", "run_id", "scored_at"]),
            ParquetRows.Read(folder["alone"], "customer_id", ["model_version", "run_id", "scored_at"]));
        Assert.Equal(alone.Count, pairs.Count);
        Assert.All(alone, row =>
        {
            var (values, own) = (pairs[row.Key].Split('|'), row.Value.Split('|'));
            Assert.Equal(own, values[..own.Length]);
            Assert.Equal(own[^(values.Length - own.Length)..], values[own.Length..]);
        });
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static async Task<int> SystemAsync(string program, params string[] arguments)
    {
        try
        {
            using var process = System.Diagnostics.Process.Start(program, arguments);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            return process.ExitCode;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return -1;
        }
    }
}
