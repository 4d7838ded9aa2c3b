using BatchEngine.Domain;
using BatchEngine.Host.Configuration.Jobs;
using BatchEngine.Host.Tests.Lookup;
using BatchEngine.Storage.Database.Runs;

namespace BatchEngine.Host.Tests.EndToEnd;

/// <summary>An output that cannot be made is found before anything is scored, not when the night is published already.</summary>
public sealed class OutputProbeTests
{
    private static readonly RunId Night = new(ServedJob.Name, new DateTimeOffset(2026, 11, 1, 2, 0, 0, TimeSpan.Zero));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("good.parquet/out/{run}")]
    [InlineData("taken/{run}")]
    public async Task Run_OutputCannotBeMade_IsRefusedBeforeItIsPlanned(string output)
    {
        using var folder = await InputFolder.CreateAsync();
        await using var engine = await ServedJob.OpenAsync(folder);
        Directory.CreateDirectory(folder["taken"]);
        await File.WriteAllTextAsync(folder[$"taken/{Night}"], "a file", Ct);
        var job = JobFile.Load(folder["job.yaml"]) with { OutputDirectory = folder[output] };

        var failure = await Assert.ThrowsAsync<BadInputException>(() => engine.Jobs.RunAsync(job, Night, null, Ct));
        Assert.Contains(folder[output.Replace("{run}", $"{Night}", StringComparison.Ordinal)], failure.Message, StringComparison.Ordinal);
        Assert.Contains("output", failure.Place, StringComparison.Ordinal);
        Assert.Null(await new RunStore(engine.Database).FindAsync(Night, Ct));
    }

    [Fact]
    public async Task Run_OutputCanBeMade_LeavesNothingBesideIt()
    {
        using var folder = await InputFolder.CreateAsync();
        await using var engine = await ServedJob.PublishAsync(folder);
        Assert.Equal([$"{Night}"], Directory.EnumerateFileSystemEntries(folder["output"]).Select(Path.GetFileName));
    }
}
