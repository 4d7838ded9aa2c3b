using BatchEngine.Domain;
using BatchEngine.Host.Composition;
using BatchEngine.Host.Configuration;
using BatchEngine.Host.Terminal;
using BatchEngine.Scorer.Outputs;
using BatchEngine.Storage.Database.Runs;
using BatchEngine.Storage.Database.Snapshots;

namespace BatchEngine.Host.Tests.EndToEnd;

/// <summary>Runs that end without being served: held back and released, or completed behind a newer night.</summary>
[Collection(ProcessesCollection.Name)]
public sealed class HeldRunTests : IAsyncLifetime
{
    private InputFolder _folder = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _folder = await InputFolder.CreateAsync();
        await File.WriteAllTextAsync(_folder["job.yaml"], $$"""
            name: held
            input: good.parquet
            key: customer_id
            model: {{InputFolder.Model}}
            features: {{InputFolder.Features}}
            output: output/{run}
            schedule: { cron: 0 0 2 * * ?, timeZone: UTC }
            quality:
              rejects: { maxRows: 500, maxShare: 0.05 }
              drift: { action: hold, maxPsi: 0.001, minRows: 100 }
            """, Ct);
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Held_OutputsAreMarked_ReleasingOneDoesAllOfPublishingAndMovesTheBaseline()
    {
        (await RunAsync(1)).MustEnd(0);
        await InputFolder.WriteAsync(_folder.Good, 2_000, day: 1);
        var held = await RunAsync(2);
        Assert.True(held.ExitCode == 1, $"{held.ExitCode}: {held.Output}\n{held.Errors}");
        Assert.Contains("batchengine runs release held_20261102T020000Z --why", held.Output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(OutputOf(2)));
        Assert.NotEmpty(Directory.EnumerateFiles(OutputOf(2) + ".held", "*.parquet"));
        Assert.Contains("drifted", await File.ReadAllTextAsync(Path.Combine(OutputOf(2) + ".held", "_HELD.txt"), Ct), StringComparison.Ordinal);
        Assert.Equal(1, (await RunAsync(3)).ExitCode);
        Assert.Equal(NameOf(1), await ServedAsync());

        (await ProgramRun.RunAsync("runs", "release", NameOf(3), "--why", "sales was closed", "--data", _folder["data"])).MustEnd(0);

        Assert.Equal(NameOf(3), await ServedAsync());
        Assert.True(File.Exists(Path.Combine(OutputOf(3), OutputManifest.FileName)));
        Assert.False(Directory.Exists(OutputOf(3) + ".held"));
        var why = (await DecisionsAsync(3)).Last(d => d.Subject == DecisionSubject.Publish);
        Assert.Equal($"held until now, released by {Environment.UserName}: sales was closed", why.Reason);
        (await RunAsync(4)).MustEnd(0);
        Assert.Equal(NameOf(4), await ServedAsync());

        (await ProgramRun.RunAsync("runs", "release", NameOf(2), "--data", _folder["data"])).MustEnd(0);
        Assert.Equal(NameOf(4), await ServedAsync());
        Assert.True(File.Exists(Path.Combine(OutputOf(2), OutputManifest.FileName)));
        (await ProgramRun.RunAsync("runs", "release", NameOf(2), "--data", _folder["data"])).MustRefuse("completed", "snapshots publish");
    }

    [Fact]
    public async Task Held_ItsSnapshotPublishedByHand_IsReleasedWithDecisionAndOutputs()
    {
        (await RunAsync(1)).MustEnd(0);
        await InputFolder.WriteAsync(_folder.Good, 2_000, day: 1);
        Assert.Equal(1, (await RunAsync(2)).ExitCode);

        (await ProgramRun.RunAsync("snapshots", "publish", "2", "--why", "looked at it", "--data", _folder["data"])).MustEnd(0);

        Assert.Equal(NameOf(2), await ServedAsync());
        Assert.True(File.Exists(Path.Combine(OutputOf(2), OutputManifest.FileName)));
        Assert.Contains("looked at it", (await DecisionsAsync(2))[^1].Reason, StringComparison.Ordinal);
        (await ProgramRun.RunAsync("snapshots", "rollback", "held", "--why", "a slip", "--data", _folder["data"])).MustEnd(0);
        Assert.Equal(NameOf(1), await ServedAsync());
        Assert.Equal($"rolled back by {Environment.UserName}: a slip", (await DecisionsAsync(1))[^1].Reason);
        Assert.Equal(1, (await RunAsync(3)).ExitCode); // compared with what serves again, not with what was taken back
        Assert.Equal(NameOf(1), await ServedAsync());
    }

    [Fact]
    public async Task Backfill_OfOlderNights_CompletesWithOutputsAndEndsWell()
    {
        (await RunAsync(5)).MustEnd(0);
        string[] backfill = ["backfill", _folder["job.yaml"], "--from", "2026-11-01", "--to", "2026-11-03", "--data", _folder["data"]];

        var ended = await ProgramRun.RunAsync(backfill);

        ended.MustEnd(0);
        Assert.Contains("completed, not published", ended.Output, StringComparison.Ordinal);
        Assert.Equal(NameOf(5), await ServedAsync());
        Assert.All([1, 2], day => Assert.True(File.Exists(Path.Combine(OutputOf(day), OutputManifest.FileName))));
        var again = await ProgramRun.RunAsync(backfill);
        again.MustEnd(0);
        Assert.Contains("already completed", again.Errors, StringComparison.Ordinal);
    }

    private static string NameOf(int day) => $"held_202611{day:00}T020000Z";

    private string OutputOf(int day) => Path.Combine(_folder["output"], NameOf(day));

    private Task<ProgramRun> RunAsync(int day) =>
        ProgramRun.RunAsync("run", _folder["job.yaml"], "--as-of", $"2026-11-{day:00}T02:00:00Z", "--data", _folder["data"]);

    private async Task<string> ServedAsync() =>
        await AskAsync(async engine => (await new SnapshotStore(engine.Database).CurrentAsync("held", Ct))!.Run.ToString());

    private Task<IReadOnlyList<Decision>> DecisionsAsync(int day) =>
        AskAsync(engine => new DecisionStore(engine.Database).ListAsync(RunId.Parse(NameOf(day)), Ct));

    private async Task<T> AskAsync<T>(Func<Engine, Task<T>> question)
    {
        await using var engine = await Engine.OpenAsync(EngineConfiguration.In(_folder["data"]), TimeProvider.System,
            new Screen(json: true, verbose: false), Ct);
        return await question(engine);
    }
}
