using System.Diagnostics;
using BatchEngine.Domain;
using BatchEngine.Host.Configuration.Jobs;
using BatchEngine.Host.Tests.Lookup;
using BatchEngine.Scheduler.Planning;
using BatchEngine.Storage.Database.Leases;
using BatchEngine.Storage.Database.Runs;
using BatchEngine.TestKit.Databases;

namespace BatchEngine.Host.Tests.EndToEnd;

[Collection(ProcessesCollection.Name)]
public sealed class WorkerCommandTests
{
    private static readonly RunId Run = new(ServedJob.Name, new DateTimeOffset(2026, 11, 1, 2, 0, 0, TimeSpan.Zero));

    [Theory]
    [InlineData("< /dev/null", "", true)]
    [InlineData("< /dev/null", "--leave-at-end-of-input", false)]
    public async Task Worker_UnderAnEmptyInput_LeavesOnlyWhenToldToHeedIt(string input, string option, bool works)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "NeedsUnix: the input is given by a shell.");
        var ct = TestContext.Current.CancellationToken;
        using var folder = await InputFolder.CreateAsync();
        await using var engine = await ServedJob.OpenAsync(folder);
        var planned = Assert.IsType<PlanOutcome.Planned>(await engine.Jobs.PlanAsync(JobFile.Load(folder["job.yaml"]), Run, ct));
        await new RunStore(engine.Database).CreateAsync(planned.Plan, ct);
        await OpenedRuns.OpenAsync(engine.Database, Run, ct);
        var program = Path.Combine(AppContext.BaseDirectory, "batchengine");
        using var shell = Process.Start(new ProcessStartInfo("sh", ["-c",
            $"'{program}' worker --run {Run} --data '{folder["data"]}' {option} {input}"])
        { RedirectStandardOutput = true, RedirectStandardError = true })!;

        var ended = await ProgramRun.EndAsync(shell);

        ended.MustEnd(0);
        Assert.Equal(works ? planned.Plan.Shards.Count : 0, await new ReceiptStore(engine.Database).CountAsync(Run, ct));
    }
}
