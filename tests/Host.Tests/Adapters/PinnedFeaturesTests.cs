using BatchEngine.Domain;
using BatchEngine.Host.Composition;
using BatchEngine.Host.Tests.EndToEnd;
using BatchEngine.Host.Tests.Lookup;
using BatchEngine.Storage.Database.Runs;

namespace BatchEngine.Host.Tests.Adapters;

/// <summary>A mean that was taken once stays the same number, night after night.</summary>
public sealed class PinnedFeaturesTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

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
        Assert.Single((await new RunStore(engine.Database).PlanAsync(run, Ct))!.Features.Columns, c =>
            c.Name == "age").Steps.OfType<FeatureTransform.ImputeConstant>()
            .Single().Value;
}
