using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Host.Composition;
using BatchEngine.Host.Configuration;
using BatchEngine.Host.Configuration.Jobs;
using BatchEngine.Host.Sample;
using BatchEngine.Host.Terminal;
using BatchEngine.Scheduler.Runs;
using BatchEngine.Scorer.Outputs;
using BatchEngine.TestKit.Folders;

namespace BatchEngine.Host.Tests.EndToEnd;

/// <summary>Customers in small row groups, a job that makes a checkpoint every few hundred rows, and what an uninterrupted run makes of them.</summary>
public sealed class KillStage : IAsyncLifetime
{
    /// <summary>The lease of every process here: the shortest there is, so that a dead worker's shard is soon taken over.</summary>
    public const string LeaseTtl = "1s";

    private const int Customers = 120_000;
    private const int RowGroup = 15_000;
    private readonly TemporaryFolder _folder = new();

    internal ScoredNight Uninterrupted { get; private set; } = null!;

    internal string JobPath => _folder["job.yaml"];

    internal static DateTimeOffset Night(int number) => new DateTimeOffset(2026, 11, 1, 2, 0, 0, TimeSpan.Zero).AddDays(number);

    internal string DataFolder(string name) => _folder["data-" + name];

    internal ScoringJob Job(string data, WorkerMode mode) =>
        JobFile.Load(JobPath) with { WorkerMode = mode, OutputDirectory = Path.Combine(DataFolder(data), "output", "{run}") };

    internal Task<Engine> OpenAsync(string data, CancellationToken ct) =>
        Engine.OpenAsync(EngineConfiguration.In(DataFolder(data)) with { LeaseTtl = TimeSpan.FromSeconds(1) }, TimeProvider.System,
            new Screen(json: true, verbose: false), ct);

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        var ct = TestContext.Current.CancellationToken;
        await WriteCustomersAsync(_folder["customers.parquet"], ct);
        var samples = Path.Combine(Repository.Root, "samples", "customers");
        await File.WriteAllTextAsync(JobPath, string.Create(CultureInfo.InvariantCulture, $$"""
            name: kill
            input: customers.parquet
            key: customer_id
            carry: [country, plan]
            model: {{samples}}/churn.onnx
            features: {{samples}}/features.yaml
            output: output/{run}
            workers: 2
            unitRows: 250
            checkpointRows: 500
            quality: { rejects: { maxRows: 5000, maxShare: 0.01 } }
            """), ct);
        await using var engine = await OpenAsync("uninterrupted", ct);
        var job = Job("uninterrupted", WorkerMode.InProcess);
        var run = new RunId(job.Name, Night(0));
        Assert.IsType<RunOutcome.Published>(await engine.Jobs.RunAsync(job, run, null, ct));
        Uninterrupted = await ScoredNight.ReadAsync(engine, job, run, ct);
        Assert.True(Uninterrupted.Counts.Scored > Customers * 99L / 100, $"{Uninterrupted.Counts}");
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private static async Task WriteCustomersAsync(string path, CancellationToken ct)
    {
        var generator = new CustomerGenerator(SampleRequest.DefaultSeed, Customers, SampleRequest.DefaultFirstDay);
        await using var stream = File.Create(path);
        await using var writer = await TableWriter.CreateAsync(stream, CustomerFiles.Columns, ct);
        for (var from = 1; from <= Customers; from += RowGroup)
        {
            var columns = new CustomerColumns(RowGroup);
            columns.Fill(generator, from, from + RowGroup - 1, 0);
            await writer.WriteRowGroupAsync(columns.Arrays(), ct);
        }
        await writer.CompleteAsync(ct);
    }
}
