using BatchEngine.Host.Tests.Lookup;

namespace BatchEngine.Host.Tests.EndToEnd;

[Collection(ProcessesCollection.Name)]
public sealed class RetentionCommandTests
{
    [Fact]
    public async Task Plan_OverYoungNights_ShowsEachKindAndLetsNothingGo()
    {
        using var folder = await InputFolder.CreateAsync();
        await using (var engine = await ServedJob.PublishAsync(folder))
            await ServedJob.NightAsync(engine, folder, 1);
        foreach (var verb in (string[])["plan", "apply"])
        {
            var lines = (await ProgramRun.RunAsync("retention", verb, "--json", "--data", folder["data"])).Json().EnumerateArray().ToList();
            Assert.Equal(10, lines.Count);
            Assert.All(lines, line => Assert.Equal(0, line.GetProperty("count").GetInt64()));
        }
        (await ProgramRun.RunAsync("runs", "show", $"{ServedJob.Name}_20261101T020000Z", "--data", folder["data"])).MustEnd(0);
    }
}
