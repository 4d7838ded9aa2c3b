using System.Net;
using BatchEngine.TestKit.Postgres;

namespace BatchEngine.Host.Tests.EndToEnd;

/// <summary>A night, its look-ups and its books with the state in PostgreSQL, by the commands that a person types.</summary>
[Collection(ProcessesCollection.Name)]
public sealed class PostgresNightTests : IAsyncLifetime
{
    private InputFolder _folder = null!;
    private PostgresServer _server = null!;
    private string _database = "";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await PostgresServer.SharedAsync();
        _database = await _server.CreateEmptyAsync();
        _folder = await InputFolder.CreateAsync();
        Directory.CreateDirectory(_folder["jobs"]);
        await File.WriteAllTextAsync(_folder["engine.yaml"], $"database: \"{_server.ConnectionString(_database)}\"\n", Ct);
        await File.WriteAllTextAsync(_folder["jobs/night.yaml"], $$"""
            name: night
            input: ../good.parquet
            key: customer_id
            model: {{InputFolder.Model}}
            features: {{InputFolder.Features}}
            output: ../output/{run}
            workerMode: childProcess
            workers: 2
            quality: { rejects: { maxRows: 500, maxShare: 0.05 } }
            schedule: { cron: 0 0 2 * * ?, timeZone: UTC }
            """, Ct);
    }

    public async ValueTask DisposeAsync()
    {
        _folder?.Dispose();
        if (_database.Length > 0)
            await _server.DropAsync(_database);
    }

    [Fact]
    public async Task Night_OnPostgres_IsRunLookedUpAccountedAndServed()
    {
        (await RunAsync("run", _folder["jobs/night.yaml"], "--as-of", "2026-11-01T02:00:00Z")).MustEnd(0);
        (await RunAsync("run", _folder["jobs/night.yaml"], "--as-of", "2026-11-02T02:00:00Z")).MustEnd(0);

        Assert.Contains("snapshot", (await RunAsync("lookup", "night", "7", "--json")).Output, StringComparison.OrdinalIgnoreCase);
        (await RunAsync("cost", "verify")).MustEnd(0);
        var runs = await RunAsync("runs", "list", "--json");
        runs.MustEnd(0);
        Assert.Contains("night_20261102T020000Z", runs.Output, StringComparison.Ordinal);
        (await RunAsync("snapshots", "rollback", "night", "--why", "a test")).MustEnd(0);
        using (var serve = await ServingProcess.StartAsync("serve", "--config", _folder["engine.yaml"], "--data", _folder["data"], "--jobs", _folder["jobs"]))
        {
            Assert.Equal(HttpStatusCode.OK, (await serve.GetAsync("/readyz")).Status);
            var (status, text) = await serve.GetAsync("/v1/predictions/night/7");
            Assert.Equal(HttpStatusCode.OK, status);
            Assert.Contains("\"source\":\"snapshot\"", text, StringComparison.Ordinal);
            Assert.Equal(0, await serve.EndAsync());
            Assert.DoesNotContain("not-to-be-shown", serve.Words, StringComparison.Ordinal);
        }
        Assert.Contains("night", (await RunAsync("schedule", "list", "--json")).Output, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(_folder["data"], "*.db*"));
    }

    [Fact]
    public async Task Doctor_OnPostgres_SaysWhichEngineAndNeverThePassword()
    {
        var well = await RunAsync("doctor", "--json");
        well.MustEnd(0);
        var finding = well.Json().EnumerateArray().Single(c => c.GetProperty("name").GetString() == "database").GetProperty("finding").GetString()!;
        Assert.StartsWith($"Host=127.0.0.1;Port={_server.Port};Database={_database};Username=batch opens: PostgreSQL ", finding, StringComparison.Ordinal);
        Assert.Contains("every table can be read and written; its clock differs by ", finding, StringComparison.Ordinal);

        await File.WriteAllTextAsync(_folder["engine.yaml"], $"database: \"{_server.ConnectionString("nowhere")}\"\n", Ct);
        var ill = await RunAsync("doctor");
        Assert.Equal(1, ill.ExitCode);
        Assert.Contains("createdb", ill.Output, StringComparison.Ordinal);
        var refused = await RunAsync("run", _folder["jobs/night.yaml"]);
        refused.MustEnd(1, "3D000", "nowhere");
        Assert.DoesNotContain("not-to-be-shown", well.Output + well.Errors + ill.Output + ill.Errors + refused.Output + refused.Errors,
            StringComparison.Ordinal);
    }

    private Task<ProgramRun> RunAsync(params string[] arguments) =>
        ProgramRun.RunAsync([.. arguments, "--config", _folder["engine.yaml"], "--data", _folder["data"]]);
}
