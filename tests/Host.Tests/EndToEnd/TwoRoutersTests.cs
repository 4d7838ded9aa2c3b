using System.Globalization;
using System.Net;
using System.Text.Json;
using BatchEngine.CostModel.Ledger;
using BatchEngine.Domain;
using BatchEngine.Host.Composition;
using BatchEngine.Host.Configuration;
using BatchEngine.Host.Terminal;
using BatchEngine.Storage.Database.Ledger;
using Microsoft.Extensions.Time.Testing;

namespace BatchEngine.Host.Tests.EndToEnd;

/// <summary>Two routers over one state: each swaps in what is published by itself, counts its own answers once, and leaves nothing when it is killed.</summary>
[Collection(ProcessesCollection.Name)]
public sealed class TwoRoutersTests
{
    private const int Written = 50, Lost = 20, Missing = 30;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Routers_WhileNightsArePublished_EachSwapsAndCountsOnce_AndAKilledOneLosesTheLastWriteAtMost()
    {
        using var folder = await InputFolder.CreateAsync();
        Directory.CreateDirectory(folder["jobs"]);
        await File.WriteAllTextAsync(folder["jobs/r.yaml"], $$"""
            name: r
            input: ../good.parquet
            key: customer_id
            model: {{InputFolder.Model}}
            features: {{InputFolder.Features}}
            output: ../output/{run}
            quality: { rejects: { maxRows: 500, maxShare: 0.05 } }
            schedule: { cron: '* * * * * ?' }
            """, Ct);
        using var scheduler = await ServingProcess.StartAsync("scheduler", "--jobs", folder["jobs"], "--data", folder["data"], "--init");
        await scheduler.SaysAsync("published snapshot");
        using var killed = await ServingProcess.StartAsync("router", "--data", folder["data"]);
        using var ended = await ServingProcess.StartAsync("router", "--data", folder["data"]);

        var asked = await SwapsAsync(killed) + await SwapsAsync(ended) + Written;
        Assert.Equal(0, await scheduler.EndAsync());
        await using var engine =
            await Engine.OpenAsync(EngineConfiguration.In(folder["data"]), TimeProvider.System, new Screen(json: true, verbose: false), Ct);

        for (var i = 0; i < Written; i++)
            Assert.Equal(HttpStatusCode.OK, (await killed.GetAsync("/v1/predictions/r/7")).Status);
        var ready = JsonDocument.Parse((await killed.GetAsync("/readyz")).Text).RootElement.GetProperty("names")[0];
        Assert.InRange(ready.GetProperty("ageSeconds").GetDouble(), 0, 600);
        using var patience = new CancellationTokenSource(LookupBooks.Interval * 6);
        while (await CountAsync(engine, RouteReason.Fresh) is var fresh && fresh != asked)
        {
            Assert.False(patience.IsCancellationRequested, $"{fresh} of {asked} answers were written");
            await Task.Delay(200, Ct);
        }
        for (var i = 0; i < Lost; i++)
            await killed.GetAsync("/v1/predictions/r/7");
        await killed.KillAsync();
        for (var i = 0; i < Missing; i++)
            Assert.Equal(HttpStatusCode.NotFound, (await ended.GetAsync("/v1/predictions/r/999999")).Status);
        Assert.Equal(0, await ended.EndAsync());

        Assert.InRange(await CountAsync(engine, RouteReason.Fresh), asked, asked + Lost);
        Assert.Equal(Missing, await CountAsync(engine, RouteReason.KeyMissing));
        // Its silence tells later that it is dead, and whoever does the books then settles its time.
        var later = new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddMinutes(10));
        await new LedgerPoster(engine.Database, later, engine.Prices).CatchUpAsync(null, Ct);
        Assert.True(await new LedgerProof(engine.Database, later).CheckAsync(Ct) is { Differences.Count: 0, Open: 0, Usages: > 0 } proof
            && proof.Proved == proof.Usages);
        var routers = (await new UsageStore(engine.Database).ListAsync(DateTimeOffset.UnixEpoch, TimeProvider.System.GetUtcNow().AddHours(1), Ct))
            .Where(u => u.Subject.EndsWith("-router", StringComparison.Ordinal))
            .Select(u => u.Subject).Distinct().ToList();
        Assert.Equal(((int[])[killed.Id, ended.Id]).Order(), routers.Select(subject => int.Parse(subject.Split('-')[^3], CultureInfo.InvariantCulture))
            .Order());
    }

    // Its own poll brings in the next night without a restart or a failed answer.
    private static async Task<int> SwapsAsync(ServingProcess router)
    {
        var (seen, asked) = (new HashSet<long>(), 0);
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (seen.Count < 3)
        {
            Assert.False(patience.IsCancellationRequested, $"{router.Address} answered from snapshots {string.Join(", ", seen)} only");
            asked++;
            var (status, text) = await router.GetAsync("/v1/predictions/r/7");
            Assert.Equal(HttpStatusCode.OK, status);
            var snapshot = JsonDocument.Parse(text).RootElement.GetProperty("snapshot").GetInt64();
            Assert.True(snapshot >= seen.DefaultIfEmpty().Max(), $"{snapshot} after {string.Join(", ", seen)}");
            seen.Add(snapshot);
            await Task.Delay(50, Ct);
        }
        return asked;
    }

    private static async Task<long> CountAsync(Engine engine, RouteReason reason)
    {
        var now = TimeProvider.System.GetUtcNow();
        return (await new AnswerStore(engine.Database).ListAsync(now.AddHours(-2), now.AddHours(1), Ct)).Where(a => a.Reason == reason).Sum(a => a.Count);
    }
}
