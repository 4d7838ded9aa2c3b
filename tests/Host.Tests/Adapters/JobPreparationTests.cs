using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Host.Composition;
using BatchEngine.Host.Configuration.Jobs;
using BatchEngine.Host.Tests.EndToEnd;
using BatchEngine.Host.Tests.Lookup;
using BatchEngine.Scheduler.Planning;
using BatchEngine.Storage.Database.Runs;
using BatchEngine.Storage.Database.Values;
using Microsoft.Data.Sqlite;

namespace BatchEngine.Host.Tests.Adapters;

public sealed class JobPreparationTests
{
    private static readonly RunId Run = new(ServedJob.Name, new DateTimeOffset(2026, 11, 1, 2, 0, 0, TimeSpan.Zero));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Plan_BeforeTheFirstNight_LeavesEveryRowOfTheDatabaseAsItWas()
    {
        using var folder = await InputFolder.CreateAsync();
        await using var engine = await ServedJob.OpenAsync(folder);
        var before = await RowsAsync(engine.Database.Place);

        Assert.IsType<PlanOutcome.Planned>(await engine.Jobs.PlanAsync(JobFile.Load(folder["job.yaml"]), Run, Ct));

        Assert.Equal(before, await RowsAsync(engine.Database.Place));
        Assert.DoesNotContain(before, row => row.StartsWith("profile_edges:", StringComparison.Ordinal));
        Assert.DoesNotContain(before, row => row.StartsWith("price_quotes:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Plan_BetweenTwoNights_LeavesEveryRowOfTheDatabaseAsItWas()
    {
        using var folder = await InputFolder.CreateAsync();
        await using var engine = await ServedJob.PublishAsync(folder);
        var before = await RowsAsync(engine.Database.Place);

        Assert.IsType<PlanOutcome.Planned>(await engine.Jobs.PlanAsync(JobFile.Load(folder["job.yaml"]), new RunId(Run.Job, Run.ScheduledAt.AddDays(1)), Ct));

        Assert.Equal(before, await RowsAsync(engine.Database.Place));
        Assert.Contains(before, row => row.StartsWith("profile_edges:", StringComparison.Ordinal));
        Assert.Contains(before, row => row.StartsWith("price_quotes:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Plan_ThenTheNightItself_ComeToTheSamePlan()
    {
        using var folder = await InputFolder.CreateAsync();
        await using var engine = await ServedJob.OpenAsync(folder);

        var shown = Assert.IsType<PlanOutcome.Planned>(await engine.Jobs.PlanAsync(JobFile.Load(folder["job.yaml"]), Run, Ct)).Plan;
        await ServedJob.NightAsync(engine, folder, 0);
        var made = (await new RunStore(engine.Database).PlanAsync(Run, Ct))!;

        Assert.Equal(StoredJson.Write(shown.ProfileEdges), StoredJson.Write(made.ProfileEdges));
        Assert.Equal(StoredJson.Write(shown.Chosen with { Verdict = "" }), StoredJson.Write(made.Chosen with { Verdict = "" }));
        Assert.Equal(StoredJson.Write(shown.Shards), StoredJson.Write(made.Shards));
    }

    // A mean that was taken once stays the same number, night after night.
    [Fact]
    public async Task Mean_OfFeaturesThatWereChanged_StaysThatOfTheFirstNightWithThem()
    {
        using var folder = await InputFolder.CreateAsync();
        await using var engine = await ServedJob.PublishAsync(folder);
        var features = await File.ReadAllTextAsync(InputFolder.Features, Ct);
        Assert.Contains("{ impute: 38 }", features, StringComparison.Ordinal);
        await File.WriteAllTextAsync(folder["features.yaml"], features.Replace("{ impute: 38 }", "{ impute: mean }", StringComparison.Ordinal), Ct);
        await File.WriteAllTextAsync(folder["job.yaml"], (await File.ReadAllTextAsync(folder["job.yaml"], Ct))
            .Replace(InputFolder.Features, folder["features.yaml"], StringComparison.Ordinal), Ct);
        var first = await MeanAsync(engine, await ServedJob.NightAsync(engine, folder, 1));
        await InputFolder.WriteAsync(folder.Good, 500);
        Assert.Equal(first, await MeanAsync(engine, await ServedJob.NightAsync(engine, folder, 2)));
    }

    private static async Task<double> MeanAsync(Engine engine, RunId run) =>
        Assert.Single((await new RunStore(engine.Database).PlanAsync(run, Ct))!.Features.Columns,
            c => c.Name == "age").Steps.OfType<FeatureTransform.ImputeConstant>()
            .Single().Value;

    // Every row of every table, as "table: value, value".
    private static async Task<IReadOnlyList<string>> RowsAsync(string path)
    {
        await using var connection = new SqliteConnection($"Data Source={path};Mode=ReadOnly;Pooling=false");
        await connection.OpenAsync(Ct);
        var tables = await ReadAsync(connection, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name");
        var rows = new List<string>();
        foreach (var table in tables)
            rows.AddRange((await ReadAsync(connection, $"SELECT * FROM \"{table}\"")).Select(row => $"{table}: {row}").Order(StringComparer.Ordinal));
        return rows;
    }

    private static async Task<IReadOnlyList<string>> ReadAsync(SqliteConnection connection, string query)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = query;
        await using var reader = await command.ExecuteReaderAsync(Ct);
        var rows = new List<string>();
        while (await reader.ReadAsync(Ct))
            rows.Add(string.Join(", ", Enumerable.Range(0, reader.FieldCount).Select(i => Convert.ToString(reader.GetValue(i), CultureInfo.InvariantCulture))));
        return rows;
    }
}
