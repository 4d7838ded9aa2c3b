using BatchEngine.CostModel.Reports;
using BatchEngine.CostModel.Summaries;
using BatchEngine.Domain;
using BatchEngine.Host.Composition;
using BatchEngine.Host.Configuration;
using BatchEngine.Host.Configuration.Jobs;
using BatchEngine.Host.Sample;
using BatchEngine.Host.Screens;
using BatchEngine.Host.Serving;
using BatchEngine.Host.Terminal;
using BatchEngine.Registry.Models;
using BatchEngine.Scheduler.Runs;
using BatchEngine.Storage.Database.Leases;
using BatchEngine.Storage.Database.Ledger;
using BatchEngine.Storage.Database.Runs;
using Spectre.Console;

namespace BatchEngine.Host.Demo;

/// <summary>The demo's seven steps, each told in a few lines. The nights are yesterday's and today's two o'clock UTC, so that yesterday's predictions are
/// stale and today's fresh.</summary>
internal sealed class DemoStory(Screen screen, TimeProvider clock, DemoFolder folder, long rows)
{
    private const int NightHour = 2;
    private const long KnownKey = 42;
    private static readonly TimeSpan SwapPatience = TimeSpan.FromSeconds(5);

    /// <summary>Runs the demo from sample to report and tells each step on the screen; the result is the exit status.</summary>
    /// <returns>Done when both nights were published and every look-up was answered as it should be.</returns>
    public async Task<int> TellAsync(EngineConfiguration configuration, CancellationToken ct)
    {
        var started = clock.GetTimestamp();
        var today = LastNight();
        await WriteCustomersAsync(today, ct).ConfigureAwait(false);
        await using var engine = await Engine.OpenAsync(configuration, clock, screen, ct).ConfigureAwait(false);
        var job = await RegisterAsync(engine, ct).ConfigureAwait(false);
        var first = await NightAsync(engine, job, today.AddDays(-1), "3. First night", ct).ConfigureAwait(false);

        using var logs = ServeHost.Log(screen);
        await using var host = ServeHost.Build(engine, new ServeSettings("http://127.0.0.1:0"), logs);
        var lookups = host.Services.GetRequiredService<LookupService>();
        await lookups.Catalog.RefreshAsync(ct).ConfigureAwait(false);
        await host.StartAsync(ct).ConfigureAwait(false);
        using var client = new DemoClient(host.Urls.First(), screen);

        Heading("4. Before the second night: yesterday's predictions break the contract (maxAge 24 h)");
        var asExpected = await client.GetAsync(job.Serving.Name, KnownKey, "degraded", "stale: answered, and said so", ct).ConfigureAwait(false);
        asExpected &= await client.PostAsync(job.Serving.Name, KnownKey, DemoClient.Customer, "realtime", "stale, but with features: scored in real time", ct)
            .ConfigureAwait(false);
        var second = await NightAsync(engine, job, today, "5. Second night", ct).ConfigureAwait(false);
        await SwappedAsync(lookups, job.Serving.Name, second, ct).ConfigureAwait(false);

        Heading("6. After the second night");
        asExpected &= await client.GetAsync(job.Serving.Name, KnownKey, "snapshot", "hit", ct).ConfigureAwait(false);
        asExpected &= await client.GetAsync(job.Serving.Name, 999_999_999_999, "refused", "unknown key, no features: 404, never a made-up score", ct)
            .ConfigureAwait(false);
        asExpected &= await client.PostAsync(job.Serving.Name, 999_999_999_999, DemoClient.Customer, "realtime",
            "unknown key with features: scored in real time", ct)
            .ConfigureAwait(false);
        await host.StopAsync(ct).ConfigureAwait(false);
        var pages = await SummaryAsync(engine, today, ct).ConfigureAwait(false);
        Heading($"The whole demo took {Figures.Duration(clock.GetElapsedTime(started))}.");
        Say($"Look around: batchengine runs list --data {folder.Data}");
        var well = asExpected && first is RunOutcome.Published && second is RunOutcome.Published;
        if (screen.Json)
            screen.Answer(new
            {
                well,
                runs = new[] { first.GetType().Name, second.GetType().Name },
                reports = pages,
                data = folder.Data,
                output = folder.Output
            }, () => { });
        return well ? ExitCode.Done : ExitCode.Violation;
    }

    // The latest two o'clock UTC that has passed.
    private DateTimeOffset LastNight()
    {
        var now = clock.GetUtcNow();
        var night = new DateTimeOffset(now.Year, now.Month, now.Day, NightHour, 0, 0, TimeSpan.Zero);
        return night <= now ? night : night.AddDays(-1);
    }

    private async Task WriteCustomersAsync(DateTimeOffset today, CancellationToken ct)
    {
        Heading("1. Two days of sample customers");
        var request = new SampleRequest(folder.Customers, rows, 2, SampleRequest.DefaultSeed, DateOnly.FromDateTime(today.AddDays(-1).UtcDateTime)).Validated();
        foreach (var day in await CustomerFiles.WriteAsync(request, null, ct).ConfigureAwait(false))
            Say($"{day.Date:yyyy-MM-dd}: {Figures.Count(day.Rows)} rows, {Figures.Bytes(day.Bytes)}"
                + (day.Changed > 0 ? $"; {Figures.Count(day.Changed)} changed, {Figures.Count(day.New)} new, "
                    + $"{Figures.Count(day.Deleted)} gone; {day.PlantedDrift}" : ""));
    }

    private async Task<ScoringJob> RegisterAsync(Engine engine, CancellationToken ct)
    {
        Heading("2. The model");
        var registered = await engine.Registry.RegisterAsync("churn", ShippedFiles.PathOf("samples/customers/churn.onnx"), ct).ConfigureAwait(false);
        await engine.Registry.PromoteAsync("churn", registered.Model.Version.Number, ModelRegistry.Champion, "demo", ct).ConfigureAwait(false);
        Say($"{registered.Model.Version} registered and promoted to champion, digest {registered.Model.Version.Digest.Short}");
        var job = JobFile.Load(ShippedFiles.PathOf("config/jobs/customer-value.yaml"));
        return job with
        {
            Inputs = [Path.Combine(folder.Customers, "{date}", "*.parquet")],
            OutputDirectory = Path.Combine(folder.Output, "{run}"),
            Model = new ModelReference.ByAlias("churn", ModelRegistry.Champion),
            Serving = job.Serving with { MaxAge = TimeSpan.FromHours(24), MinConfidence = null, RealtimeDeadline = TimeSpan.FromSeconds(5) },
            Deadline = null,
        };
    }

    private async Task<RunOutcome> NightAsync(Engine engine, ScoringJob job, DateTimeOffset at, string title, CancellationToken ct)
    {
        Heading(title);
        var run = new RunId(job.Name, at);
        var started = clock.GetTimestamp();
        var outcome = await new ProgressDisplay(screen, clock)
            .ShowAsync(run.ToString(), progress => engine.Jobs.RunAsync(job, run, new RunProgressToScreen(progress), ct)).ConfigureAwait(false);
        var took = clock.GetElapsedTime(started);
        var total = (await new RunStore(engine.Database).FindAsync(run, ct).ConfigureAwait(false))?.Rows ?? 0;
        Say($"{RunScreen.Describe(run, outcome)} {Figures.Count(total)} rows in {Figures.Duration(took)}, {Figures.Rate(total / took.TotalSeconds)}.");
        var counts = (await new ReceiptStore(engine.Database).ListAsync(run, ct).ConfigureAwait(false))
            .Aggregate(default(RowCounts), (sum, r) => sum + r.Final.Counts);
        if (counts.Reused > 0)
            Say($"{Figures.Count(counts.Reused)} unchanged rows were taken over from the night before, "
                + $"{Figures.Count(counts.Scored)} scored; --full would score them all.");
        ct.ThrowIfCancellationRequested();
        return outcome;
    }

    private async Task SwappedAsync(LookupService lookups, string name, RunOutcome outcome, CancellationToken ct)
    {
        var started = clock.GetTimestamp();
        while (outcome is RunOutcome.Published published && lookups.Catalog.Find(name)?.Reader?.Info.Id != published.Snapshot.Id
            && clock.GetElapsedTime(started) < SwapPatience)
            await Task.Delay(20, ct).ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<string>> SummaryAsync(Engine engine, DateTimeOffset today, CancellationToken ct)
    {
        Heading("7. Cost and drift");
        var summary = await new CostSummaryBuilder(engine.Database).BuildAsync(CostGrouping.Run, null, new LedgerFilter(),
            await engine.Prices.AssumptionAsync(ct).ConfigureAwait(false), ct).ConfigureAwait(false);
        var pages = new List<string>();
        if (!screen.Json)
            CostScreen.Print(screen, summary);
        foreach (var record in (await new RunStore(engine.Database).ListAsync(null, 2, ct).ConfigureAwait(false)).OrderBy(r => r.Run.ScheduledAt))
        {
            var report = await new RunReportBuilder(engine.Database, clock).BuildAsync(record.Run,
                await engine.Prices.AssumptionAsync(ct).ConfigureAwait(false), ct).ConfigureAwait(false);
            if (report is null)
                continue;
            pages.Add(await RunReportScreen.WriteHtmlAsync(engine, report, null, ct).ConfigureAwait(false));
            if (report.Drift is { } drift && record.Run.ScheduledAt == today && !screen.Json)
                DriftScreen.PrintDrifted(screen, drift);
        }

        foreach (var page in pages)
            Say($"HTML report: {page}");
        return pages;
    }

    private void Heading(string text)
    {
        if (screen.Json)
        {
            screen.Note(text);
            return;
        }

        screen.Line();
        screen.Markup($"[bold]{Markup.Escape(text)}[/]");
    }

    private void Say(string text)
    {
        if (screen.Json)
            screen.Note("  " + text);
        else
            screen.Line("  " + text);
    }
}
