using System.Text.Json;
using BatchEngine.TestKit.Postgres;

namespace BatchEngine.Host.Tests.EndToEnd;

/// <summary>An installation on SQLite moves to PostgreSQL and goes on there, by the commands that a person types.</summary>
[Collection(ProcessesCollection.Name)]
public sealed class StateCopyCommandTests : IAsyncLifetime
{
    private InputFolder _folder = null!;
    private PostgresServer _server = null!;
    private string _database = "";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Target => _server.ConnectionString(_database);

    public async ValueTask InitializeAsync()
    {
        _server = await PostgresServer.SharedAsync();
        _database = await _server.CreateEmptyAsync();
        _folder = await InputFolder.CreateAsync();
        await File.WriteAllTextAsync(_folder["engine.yaml"], $"dataDirectory: {_folder["data"]}\n", Ct);
        await File.WriteAllTextAsync(_folder["night.yaml"], $$"""
            name: night
            input: good.parquet
            key: customer_id
            model: {{InputFolder.Model}}
            features: {{InputFolder.Features}}
            output: output/{run}
            quality: { rejects: { maxRows: 500, maxShare: 0.05 } }
            """, Ct);
    }

    public async ValueTask DisposeAsync()
    {
        _folder?.Dispose();
        if (_database.Length > 0)
            await _server.DropAsync(_database);
    }

    [Fact]
    public async Task Copy_OfANight_IsServedAccountedAndFollowedByTheNextNight()
    {
        (await RunAsync("run", _folder["night.yaml"], "--as-of", "2026-11-01T02:00:00Z")).MustEnd(0);
        var looked = await RunAsync("lookup", "night", "7", "--json");
        var file = Path.Combine(_folder["data"], "batchengine.db");

        var copy = await ProgramRun.RunAsync("state", "copy", "--from", file, "--to", Target, "--json");
        copy.MustEnd(0);
        var tables = copy.Json().GetProperty("tables").EnumerateArray()
            .ToDictionary(t => t.GetProperty("name").GetString()!, t => t.GetProperty("rows").GetInt64());
        Assert.Equal(1, tables["runs"]);
        Assert.DoesNotContain("not-to-be-shown", copy.Output + copy.Errors, StringComparison.Ordinal);

        File.Delete(file);
        await File.WriteAllTextAsync(_folder["engine.yaml"], $"dataDirectory: {_folder["data"]}\ndatabase: \"{Target}\"\n", Ct);
        var runs = await RunAsync("runs", "list", "--json");
        runs.MustEnd(0);
        Assert.Contains("night_20261101T020000Z", runs.Output, StringComparison.Ordinal);
        Assert.Equal(Outputs(looked), Outputs(await RunAsync("lookup", "night", "7", "--json")));
        (await RunAsync("cost", "verify")).MustEnd(0);

        // The next night takes over what did not change, so it reads the blobs of the one before: it is still their owner.
        (await RunAsync("run", _folder["night.yaml"], "--as-of", "2026-11-02T02:00:00Z")).MustEnd(0);

        var again = await ProgramRun.RunAsync("state", "copy", "--from", Target, "--to", _folder["back.db"]);
        again.MustEnd(0);
        Assert.Contains("every table is equal on both sides", again.Output, StringComparison.Ordinal);
        var refused = await ProgramRun.RunAsync("state", "copy", "--from", _folder["back.db"], "--to", Target);
        refused.MustRefuse("rows in the table", "createdb");
        Assert.DoesNotContain("not-to-be-shown", again.Output + again.Errors + refused.Output + refused.Errors, StringComparison.Ordinal);
    }

    private static string Outputs(ProgramRun lookup)
    {
        lookup.MustEnd(0);
        return JsonSerializer.Serialize(lookup.Json().EnumerateArray().Single().GetProperty("outputs"));
    }

    private Task<ProgramRun> RunAsync(params string[] arguments) => ProgramRun.RunAsync([.. arguments, "--config", _folder["engine.yaml"]]);
}
