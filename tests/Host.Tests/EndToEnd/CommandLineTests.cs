using Microsoft.Data.Sqlite;

namespace BatchEngine.Host.Tests.EndToEnd;

[Collection(ProcessesCollection.Name)]
public sealed class CommandLineTests
{
    [Theory]
    [InlineData("bogus")]
    [InlineData("score")]
    [InlineData("cost")]
    public async Task Command_ThatCannotBeRead_EndsWithUsage(string command) => (await ProgramRun.RunAsync(command)).MustRefuse("error:", "--help");

    [Fact]
    public async Task Run_JobWithAnUnknownKey_IsRefusedWithPlaceAndNearest()
    {
        using var folder = await InputFolder.CreateAsync();
        await WriteJobAsync(folder, "worker: 2");
        (await ProgramRun.RunAsync("run", folder["job.yaml"], "--data", folder["data"])).MustRefuse("job.yaml:8:1", "'worker'", "Did you mean 'workers'?");
        Assert.False(Directory.Exists(folder["data"]), "a refused job leaves no database behind");
    }

    [Fact]
    public async Task Run_OfAnUnknownRun_IsRefused()
    {
        using var folder = await InputFolder.CreateAsync();
        (await ProgramRun.RunAsync("runs", "resume", "nobody_20261101T020000Z", "--data", folder["data"])).MustRefuse("nobody_20261101T020000Z");
    }

    [Fact]
    public async Task Run_DatabaseLockedByAnotherProgram_SaysWhoAndRunsOnceItIsFree()
    {
        using var folder = await InputFolder.CreateAsync();
        await WriteJobAsync(folder, "owner: nobody");
        string[] command = ["run", folder["job.yaml"], "--as-of", "2026-11-01T02:00:00Z", "--data", folder["data"]];
        (await ProgramRun.RunAsync("doctor", "--data", folder["data"])).MustEnd(0);
        await using (var other = new SqliteConnection($"Data Source={folder["data/batchengine.db"]};Pooling=false"))
        {
            await other.OpenAsync(TestContext.Current.CancellationToken);
            await using var held = other.BeginTransaction(deferred: false);
            (await ProgramRun.RunAsync(command)).MustEnd(1, "batchengine.db", "locked", $"process {Environment.ProcessId}");
        }
        (await ProgramRun.RunAsync(command)).MustEnd(0);
    }

    [Fact]
    public async Task Run_OfANightKnownAlready_SaysWhenTheJobWasChangedSince()
    {
        using var folder = await InputFolder.CreateAsync();
        await WriteJobAsync(folder, "owner: nobody");
        string[] command = ["run", folder["job.yaml"], "--as-of", "2026-11-01T02:00:00Z", "--data", folder["data"]];
        (await ProgramRun.RunAsync(command)).MustEnd(0);
        var again = await ProgramRun.RunAsync([.. command, "--full"]);
        again.MustEnd(0);
        Assert.DoesNotContain("changed since", again.Errors, StringComparison.Ordinal);
        await WriteJobAsync(folder, "owner: somebody");
        (await ProgramRun.RunAsync(command)).MustEnd(0, "stays as it was planned", "changed since", "--as-of");
    }

    [Theory]
    [InlineData("03/04/2026")]
    [InlineData("5:00")]
    [InlineData("Nov 22")]
    public async Task AsOf_ThatIsReadInTwoWays_IsRefused(string asOf)
    {
        using var folder = await InputFolder.CreateAsync();
        await WriteJobAsync(folder, "owner: nobody");
        (await ProgramRun.RunAsync("plan", folder["job.yaml"], "--as-of", asOf, "--data", folder["data"])).MustRefuse("--as-of", asOf, "2026-11-23");
    }

    [Fact]
    public async Task Backfill_NightWithoutInput_IsNamedAndTheLaterOnesRun()
    {
        using var folder = await InputFolder.CreateAsync();
        await WriteJobAsync(folder, "schedule: { cron: 0 0 2 * * ?, timeZone: UTC }");
        var job = await File.ReadAllTextAsync(folder["job.yaml"], TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(folder["job.yaml"], job.Replace("good.parquet", "'{date}.parquet'", StringComparison.Ordinal),
            TestContext.Current.CancellationToken);
        File.Copy(folder.Good, folder["2026-11-02.parquet"]);
        var run = await ProgramRun.RunAsync("backfill", folder["job.yaml"], "--from", "2026-11-01", "--to", "2026-11-03", "--data", folder["data"], "--json");
        Assert.Equal(1, run.ExitCode);
        Assert.Equal(["NotStarted", "Published"], run.Json().EnumerateArray().Select(n => n.GetProperty("outcome").GetString()));
        Assert.Contains("2026-11-01.parquet", run.Json()[0].GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Backfill_OfTwoNights_AnswersWithOneDocumentThatTellsItsRows()
    {
        using var folder = await InputFolder.CreateAsync();
        await WriteJobAsync(folder, "schedule: { cron: 0 0 2 * * ?, timeZone: UTC }");
        string[] command = ["backfill", folder["job.yaml"], "--from", "2026-11-01", "--to", "2026-11-03", "--data", folder["data"]];
        Assert.Equal(2, (await ProgramRun.RunAsync([.. command, "--dry-run", "--json"])).Json().GetArrayLength());
        var run = await ProgramRun.RunAsync([.. command, "--json"]);
        run.MustEnd(0);
        Assert.All(run.Json().EnumerateArray(), night => Assert.Equal(2_000, night.GetProperty("rows").GetProperty("read").GetInt64()));
        Assert.All(run.Json().EnumerateArray(), night => Assert.True(File.Exists(night.GetProperty("page").GetString()), "each night has its page"));
        (await ProgramRun.RunAsync("backfill", folder["job.yaml"], "--from", "2026-11-03", "--to", "2026-11-01", "--data", folder["data"]))
            .MustRefuse("--to", "after --from");
    }

    [Fact]
    public async Task Doctor_OfAFolderThatIsNotThere_StillTellsItsDisk()
    {
        using var folder = await InputFolder.CreateAsync();
        await File.WriteAllTextAsync(folder["file"], "", TestContext.Current.CancellationToken);
        var run = await ProgramRun.RunAsync("doctor", "--data", folder["file/below"]);
        run.MustEnd(1);
        Assert.Contains("free", run.Output, StringComparison.Ordinal);
        Assert.All(run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.Matches("^(well|not well) ", line));
    }

    [Fact]
    public async Task Lookup_OfANameNobodyServes_QuotesItAsAPersonWould()
    {
        using var folder = await InputFolder.CreateAsync();
        var run = await ProgramRun.RunAsync("lookup", "nobody", "1", "--data", folder["data"]);
        run.MustEnd(1);
        Assert.Contains("'nobody'", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CostReport_WithoutPrices_SaysNotMeasuredAndWhy()
    {
        using var folder = await InputFolder.CreateAsync();
        await WriteJobAsync(folder, "owner: nobody");
        Directory.CreateDirectory(folder["no-prices"]);
        await File.WriteAllTextAsync(folder["engine.yaml"], $"pricesDirectory: {folder["no-prices"]}\n", TestContext.Current.CancellationToken);
        (await ProgramRun.RunAsync("run", folder["job.yaml"], "--as-of", "2026-11-01T02:00:00Z", "--data", folder["data"], "--config", folder["engine.yaml"]))
            .MustEnd(0);
        var report = await ProgramRun.RunAsync("cost", "report", "--data", folder["data"], "--config", folder["engine.yaml"], "--json");
        var total = report.Json().GetProperty("lines")[0].GetProperty("total");
        Assert.Contains("no price for local", total.GetProperty("notMeasured").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Demo_TwentyThousandCustomers_EndsWellAndItsPagesAskNoNetwork()
    {
        using var folder = await InputFolder.CreateAsync();
        var run = await ProgramRun.RunAsync("demo", "--rows", "20000", "--out", folder["demo"], "--json");
        run.MustEnd(0);
        Assert.True(run.Json().GetProperty("well").GetBoolean());
        var pages = run.Json().GetProperty("reports").EnumerateArray().Select(p => p.GetString()!).ToList();
        Assert.Equal(2, pages.Count);
        foreach (var page in pages)
        {
            var html = await File.ReadAllTextAsync(page, TestContext.Current.CancellationToken);
            Assert.StartsWith("<!doctype html>", html, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotMatch("""(src|href|action)\s*=\s*["']?\s*(https?:)?//|url\(\s*["']?(https?:)?//|@import""", html);
        }
    }

    private static Task WriteJobAsync(InputFolder folder, string lastLine) => File.WriteAllTextAsync(folder["job.yaml"], $$"""
        name: small
        input: good.parquet
        key: customer_id
        model: {{InputFolder.Model}}
        features: {{InputFolder.Features}}
        output: output/{run}
        quality: { rejects: { maxRows: 5000, maxShare: 0.05 } }
        {{lastLine}}
        """, TestContext.Current.CancellationToken);
}
