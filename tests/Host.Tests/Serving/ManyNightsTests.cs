using System.Diagnostics;
using BatchEngine.Domain;
using BatchEngine.Host.Configuration.Jobs;
using BatchEngine.Host.Health;
using BatchEngine.Host.Serving;
using BatchEngine.Host.Tests.EndToEnd;
using BatchEngine.Host.Tests.Lookup;
using BatchEngine.Scheduler.Runs;
using BatchEngine.Scheduler.Triggers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace BatchEngine.Host.Tests.Serving;

/// <summary>A `serve` lives for years: what a night leaves behind in memory is measured after a full collection.</summary>
[Collection(MeasuredCollection.Name)]
public sealed class ManyNightsTests
{
    private const int WarmUp = 12, Nights = 24;
    private const long MaxBytesPerNight = 20_000;

    [Fact]
    public async Task Nights_OneAfterTheOther_LeaveNothingBehindInMemoryHandlesOrThreads()
    {
        using var folder = await InputFolder.CreateAsync();
        await using var engine = await ServedJob.OpenAsync(folder);
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var metrics = new ServeMetrics(services.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>());
        INightListener board = new NightBoard(engine, metrics, null!, NullLoggerFactory.Instance, onlySchedules: false);
        var job = JobFile.Load(folder["job.yaml"]);
        var (bytes, handles) = (0L, 0);
        for (var night = 0; night < WarmUp + Nights; night++)
        {
            if (night == WarmUp)
                (bytes, handles) = (GC.GetTotalMemory(forceFullCollection: true), Handles());
            var run = new RunId(job.Name, new DateTimeOffset(2026, 10, 1, 2, 0, 0, TimeSpan.Zero).AddDays(night));
            var outcome = await engine.Jobs.RunAsync(job, run, null, TestContext.Current.CancellationToken);
            Assert.IsType<RunOutcome.Published>(outcome);
            await board.EndedAsync(run, outcome, TestContext.Current.CancellationToken);
        }
        var grown = (GC.GetTotalMemory(forceFullCollection: true) - bytes) / Nights;
        Assert.True(grown < MaxBytesPerNight, $"each night leaves {grown:N0} bytes behind");
        Assert.InRange(Handles(), 0, handles + 4);
        Assert.True(File.Exists(Path.Combine(engine.Configuration.DataDirectory, "reports", $"{job.Name}_20261001T020000Z.html")));
    }

    private static int Handles()
    {
        using var process = Process.GetCurrentProcess();
        return OperatingSystem.IsLinux() ? Directory.GetFiles("/proc/self/fd").Length : process.HandleCount;
    }
}
