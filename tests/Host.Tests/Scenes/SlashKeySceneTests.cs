using System.Text.Json;
using System.Text.RegularExpressions;
using BatchEngine.Host.Tests.EndToEnd;

namespace BatchEngine.Host.Tests.Scenes;

[Collection(ProcessesCollection.Name)]
public sealed class SlashKeySceneTests
{
    [Fact]
    public async Task KeysWithASlashAndWithItsCode_EachAnswerTheirOwn()
    {
        using var scene = SceneFolder.Open("09-slash-key");
        (await scene.RunOnDataAsync("run", "job.yaml")).MustEnd(0);
        using var process = ProgramRun.Start(["serve", "--no-scheduler", "--url", "http://127.0.0.1:0", "--data", scene.Data], leaseTtl: null);
        var ct = TestContext.Current.CancellationToken;
        var address = "";
        while (address.Length == 0 && await process.StandardError.ReadLineAsync(ct) is { } line)
            address = Regex.Match(line, "^Look-ups at (http://[^/]+)/v1/predictions/").Groups[1].Value;
        using var client = new HttpClient { BaseAddress = new Uri(address) };
        foreach (var (target, key, score) in ((string, string, float)[])[("a%2Fb", "a/b", 1), ("a%252Fb", "a%2Fb", 2), ("c%2Fd", "c/d", 7)])
        {
            using var json = JsonDocument.Parse(await client.GetStringAsync(new Uri($"/v1/predictions/k/{target}", UriKind.Relative), ct));
            Assert.Equal(key, json.RootElement.GetProperty("key").GetString());
            Assert.Equal(score, json.RootElement.GetProperty("outputs").EnumerateObject().Single().Value.GetSingle());
        }
        process.Kill();
        await process.WaitForExitAsync(ct);
    }
}
