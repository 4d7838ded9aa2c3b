using BatchEngine.Host.Tests.Lookup;

namespace BatchEngine.Host.Tests.EndToEnd;

/// <summary>A budget that is exceeded is said on the terminal, in `runs show` and in the exit code.</summary>
[Collection(ProcessesCollection.Name)]
public sealed class BudgetCommandTests
{
    private const string Run = "served_20261101T020000Z";

    [Theory]
    [InlineData("onBudget: warn", "published snapshot")]
    [InlineData("onBudget: stop", "is spent, the budget is 0.0000001 USD. Raise budget in the job")]
    public async Task Run_OverItsBudget_SaysSoAndEndsWithOne(string rule, string expected)
    {
        using var folder = await InputFolder.CreateAsync();
        await (await ServedJob.OpenAsync(folder)).DisposeAsync();
        await File.AppendAllTextAsync(folder["job.yaml"], $"\nbudget: 0.0000001 USD\n{rule}\n", TestContext.Current.CancellationToken);
        var run = await ProgramRun.RunAsync("run", folder["job.yaml"], "--as-of", "2026-11-01T02:00:00Z", "--data", folder["data"]);
        run.MustEnd(1);
        Assert.Contains(expected, run.Output, StringComparison.Ordinal);
        var shown = await ProgramRun.RunAsync("runs", "show", Run, "--data", folder["data"]);
        shown.MustEnd(1);
        Assert.Contains("over the budget of 0.0000001 USD", shown.Output, StringComparison.Ordinal);
        (await ProgramRun.RunAsync("cost", "verify", "--data", folder["data"])).MustEnd(0);
    }
}
