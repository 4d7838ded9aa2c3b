using BatchEngine.Domain;
using BatchEngine.Host.Composition;
using BatchEngine.Host.Configuration;
using BatchEngine.Host.Configuration.Jobs;
using BatchEngine.Host.Terminal;
using BatchEngine.Host.Tests.EndToEnd;
using BatchEngine.Scheduler.Runs;

namespace BatchEngine.Host.Tests.Lookup;

/// <summary>A small job whose nights are published and looked up.</summary>
internal static class ServedJob
{
    /// <summary>The job's and the serving name.</summary>
    public const string Name = "served";

    /// <summary>An engine with the first night published.</summary>
    public static async Task<Engine> PublishAsync(InputFolder folder)
    {
        var engine = await OpenAsync(folder);
        await NightAsync(engine, folder, 0);
        return engine;
    }

    /// <summary>An engine that has run nothing yet; the job lies in the folder.</summary>
    public static async Task<Engine> OpenAsync(InputFolder folder, string data = "data")
    {
        await File.WriteAllTextAsync(folder["job.yaml"], $$"""
            name: {{Name}}
            input: good.parquet
            key: customer_id
            model: {{InputFolder.Model}}
            features: {{InputFolder.Features}}
            output: output/{run}
            quality: { rejects: { maxRows: 500, maxShare: 0.05 } }
            serving: { maxAge: 1h, realtimeDeadline: 1m }
            """, TestContext.Current.CancellationToken);
        return await Engine.OpenAsync(EngineConfiguration.In(folder[data]), TimeProvider.System, new Screen(json: true, verbose: false),
            TestContext.Current.CancellationToken);
    }

    /// <summary>Runs a night, counted from 0, and publishes it.</summary>
    public static async Task<RunId> NightAsync(Engine engine, InputFolder folder, int number)
    {
        var run = new RunId(Name, new DateTimeOffset(2026, 11, 1, 2, 0, 0, TimeSpan.Zero).AddDays(number));
        Assert.IsType<RunOutcome.Published>(await engine.Jobs.RunAsync(JobFile.Load(folder["job.yaml"]), run, null, TestContext.Current.CancellationToken));
        return run;
    }
}
