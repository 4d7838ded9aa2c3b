using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using BatchEngine.Domain;
using BatchEngine.Host.Composition;
using BatchEngine.Host.Configuration;
using BatchEngine.Host.Demo;
using BatchEngine.Host.Terminal;
using BatchEngine.Storage.Database.Ledger;

namespace BatchEngine.Host.Tests.EndToEnd;

/// <summary>`scheduler`, `router` and `endpoint` as processes of their own answer together what `serve` answers alone.</summary>
[Collection(ProcessesCollection.Name)]
public sealed class RolesTests : IAsyncLifetime
{
    private const string Hit = "/v1/predictions/roles/7", Missing = "/v1/predictions/roles/999999";
    private static readonly string Customer = $"{{\"features\":{DemoClient.Customer}}}";
    private InputFolder _folder = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Data => _folder["data"];

    public async ValueTask InitializeAsync()
    {
        _folder = await InputFolder.CreateAsync();
        Directory.CreateDirectory(_folder["jobs"]);
        await File.WriteAllTextAsync(_folder["jobs/roles.yaml"], $$"""
            name: roles
            input: ../good.parquet
            key: customer_id
            model: {{InputFolder.Model}}
            features: {{InputFolder.Features}}
            output: ../output/{run}
            quality: { rejects: { maxRows: 500, maxShare: 0.05 } }
            schedule: { cron: '* * * * * ?' }
            serving: { maxAge: 36h, realtimeDeadline: 30s }
            """, Ct);
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Roles_EachInAProcessOfItsOwn_AnswerWhatServeAnswers()
    {
        using (var scheduler = await ServingProcess.StartAsync("scheduler", "--jobs", _folder["jobs"], "--data", Data, "--init"))
        {
            await scheduler.SaysAsync("published snapshot");
            Assert.Equal(HttpStatusCode.OK, (await scheduler.GetAsync("/healthz")).Status);
            Assert.Equal(HttpStatusCode.OK, (await scheduler.GetAsync("/readyz")).Status);
            Assert.Contains("batchengine_nights_total{job=\"roles\",outcome=\"Published\"} ", (await scheduler.GetAsync("/metrics")).Text,
                StringComparison.Ordinal);
            var (status, text) = await scheduler.GetAsync(Hit);
            Assert.Equal(HttpStatusCode.NotFound, status);
            Assert.Contains("there is no such page", text, StringComparison.Ordinal);
            Assert.Equal(0, await scheduler.EndAsync());
            Assert.Contains("Stopping: runs in progress", scheduler.Words, StringComparison.Ordinal);
        }
        using var serve = await ServingProcess.StartAsync("serve", "--no-scheduler", "--data", Data);
        using var endpoint = await ServingProcess.StartAsync("endpoint", "--data", Data);
        using var router = await ServingProcess.StartAsync("router", "--config", Config(endpoint.Address), "--data", Data);
        foreach (var role in (ServingProcess[])[serve, endpoint, router])
            Assert.Equal(HttpStatusCode.OK, (await role.GetAsync("/readyz")).Status);

        Same(await serve.GetAsync(Hit), await router.GetAsync(Hit), "snapshot");
        Same(await serve.GetAsync(Missing), await router.GetAsync(Missing), "refused");
        Same(await serve.PostAsync(Missing, Customer), await router.PostAsync(Missing, Customer), "realtime");
        Same(await serve.PostAsync(Missing, "{\"features\":{\"age\":1}}"), await router.PostAsync(Missing, "{\"features\":{\"age\":1}}"), null);
        var (_, asked) = await router.PostAsync("/v1/predictions/roles",
            $"{{\"items\":[{{\"key\":7}},{{\"key\":999999,\"features\":{DemoClient.Customer}}}]}}");
        Assert.Equal(["snapshot", "realtime"], JsonDocument.Parse(asked).RootElement.GetProperty("predictions").EnumerateArray()
            .Select(p => p.GetProperty("source").GetString()));
        Assert.Equal(HttpStatusCode.NotFound, (await endpoint.GetAsync(Hit)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await router.PostAsync("/v1/realtime/roles/1", Customer)).Status);
        Assert.Contains("batchengine_snapshot_age{name=\"roles\"} ", (await router.GetAsync("/metrics")).Text, StringComparison.Ordinal);

        Assert.Equal(0, await router.EndAsync());
        Assert.Equal(0, await endpoint.EndAsync());
        Assert.Equal(0, await serve.EndAsync());
        await BooksAreWrittenOnceAsync();
    }

    [Fact]
    public async Task Router_WithoutItsEndpoint_AnswersHitsAndTheRestByTheContract()
    {
        using (var scheduler = await ServingProcess.StartAsync("scheduler", "--jobs", _folder["jobs"], "--data", Data, "--init", "--quiet"))
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
            while (!(await scheduler.GetAsync("/metrics")).Text.Contains("outcome=\"Published\"", StringComparison.Ordinal))
                await Task.Delay(50, patience.Token);
            Assert.DoesNotContain("published snapshot", scheduler.Words, StringComparison.Ordinal);
            await scheduler.EndAsync();
        }
        // Nobody listens there.
        using var router = await ServingProcess.StartAsync("router", "--config", Config("http://127.0.0.1:9"), "--data", Data);

        Assert.Contains("\"source\":\"snapshot\"", (await router.GetAsync(Hit)).Text, StringComparison.Ordinal);
        var (status, text) = await router.PostAsync(Missing, Customer);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Contains("\"whyNotRealtime\":\"realtimeFailed\"", text, StringComparison.Ordinal);
        Assert.DoesNotContain("127.0.0.1:9", text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await router.GetAsync("/readyz")).Status);
        await router.SaysAsync("Real-time scoring of 'roles' failed 1 times");
        Assert.Equal(0, await router.EndAsync());
    }

    [Theory]
    [InlineData("scheduler")]
    [InlineData("router")]
    [InlineData("endpoint")]
    public async Task Role_OverAFolderWithoutARun_IsNotReadyUnlessTold(string role)
    {
        Directory.CreateDirectory(_folder["none"]);
        string[] jobs = role == "scheduler" ? ["--jobs", _folder["none"]] : [];
        using (var process = await ServingProcess.StartAsync(role, ["--data", _folder["mistyped"], .. jobs]))
        {
            var (status, text) = await process.GetAsync("/readyz");
            Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
            Assert.Contains("--init", text, StringComparison.Ordinal);
        }
        using var told = await ServingProcess.StartAsync(role, ["--data", _folder["mistyped"], "--init", .. jobs]);
        Assert.Equal(HttpStatusCode.OK, (await told.GetAsync("/readyz")).Status);
        Assert.Equal(0, await told.EndAsync());
    }

    private string Config(string endpoint)
    {
        File.WriteAllText(_folder["router.yaml"], $"realtimeUrl: {endpoint}\n");
        return _folder["router.yaml"];
    }

    private static void Same((HttpStatusCode Status, string Text) expected, (HttpStatusCode Status, string Text) found, string? source)
    {
        Assert.Equal((expected.Status, WithoutTime(expected.Text)), (found.Status, WithoutTime(found.Text)));
        if (source is not null)
            Assert.Contains($"\"source\":\"{source}\"", found.Text, StringComparison.Ordinal);
    }

    private static string WithoutTime(string answer) => Regex.Replace(answer, "\"(asOf|requestId)\":\"[^\"]*\"|\"ageSeconds\":[0-9.]+", "");

    // One row was scored by serve for itself, two by the endpoint for the router, which counts the answers.
    private async Task BooksAreWrittenOnceAsync()
    {
        await using var engine = await Engine.OpenAsync(EngineConfiguration.In(Data), TimeProvider.System, new Screen(json: true, verbose: false), Ct);
        var usage = (await new UsageStore(engine.Database).PageAsync(null, 100, Ct)).Where(u => u.Kind == UsageKind.RealtimeEndpoint).ToList();
        Assert.Equal(3, usage.Where(u => u.Subject.EndsWith("-endpoint", StringComparison.Ordinal)).Sum(u => u.Predictions));
        var routers = usage.Where(u => u.Subject.EndsWith("-router", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(routers);
        Assert.All(routers, u => Assert.Equal(0, u.Predictions));
        var now = TimeProvider.System.GetUtcNow();
        var answers = await new AnswerStore(engine.Database).ListAsync(now.AddHours(-2), now.AddHours(1), Ct);
        Assert.Equal(3, answers.Where(a => a.Source == AnswerSource.Realtime).Sum(a => a.Count));
    }
}
