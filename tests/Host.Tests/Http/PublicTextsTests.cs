using System.Text.RegularExpressions;
using BatchEngine.Domain;
using BatchEngine.Host.Composition;
using BatchEngine.Host.Http;
using BatchEngine.Host.Serving;
using BatchEngine.Host.Tests.Serving;
using Microsoft.Extensions.DependencyInjection;

namespace BatchEngine.Host.Tests.Http;

/// <summary>What anybody may read names things and no folders; the log has the paths.</summary>
public sealed class PublicTextsTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Segment /srv/data/blobs/segments/run/0: found 3 bytes", "Segment 0: found 3 bytes")]
    [InlineData("'/mnt/lake/in/*.parquet' is missing", "'*.parquet' is missing")]
    [InlineData("{\"path\":\"/in/a.parquet\"}", "{\"path\":\"a.parquet\"}")]
    [InlineData("<td>/data/x/y.onnx</td></tr>", "<td>y.onnx</td></tr>")]
    [InlineData("see https://example.org/a/b and <br/> 3/4", "see https://example.org/a/b and <br/> 3/4")]
    public void NamesOnly_TextWithPaths_KeepsTheirLastParts(string text, string expected) => Assert.Equal(expected, NamesOnly.Of(text));

    [Fact]
    public async Task Ready_ASnapshotThatCannotBeOpened_IsNamedWithoutItsPathAndLogged()
    {
        await using var served = await ServedKeys.OfNumbersAsync(1);
        var catalog = served.Catalog;
        var log = new List<string>();
        catalog.Tell = log.Add;
        var second = await served.PublishAsync([PredictionKey.Of(1)]);
        var path = served.Engine.Blobs.PlaceOf(second.Segments[0].Artifact.BlobName);
        await File.WriteAllBytesAsync(path, new byte[10], Ct);
        await catalog.RefreshAsync(Ct);
        await catalog.RefreshAsync(Ct);
        var ready = await served.AskAsync("GET", "/readyz");
        Assert.Contains($"snapshot {second.Id} cannot be served", ready.Body, StringComparison.Ordinal);
        Assert.DoesNotContain(Path.GetDirectoryName(served.Engine.Configuration.DataDirectory)!, ready.Body, StringComparison.Ordinal);
        Assert.Contains(path, string.Join('\n', log), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_TheOnlySnapshotCannotBeOpened_SaysThatAndNotThatFeaturesAreMissing()
    {
        await using var served = await ServedKeys.OfAsync([]);
        var snapshot = await served.PublishAsync([PredictionKey.Of(1)]);
        File.Delete(served.Engine.Blobs.PlaceOf(snapshot.Segments[0].Artifact.BlobName));
        while (served.Catalog.Problems.Count == 0)
            await served.Catalog.RefreshAsync(Ct);
        var answer = await served.AskAsync("GET", "/v1/predictions/k/1");
        Assert.Equal(503, answer.Status);
        Assert.Contains("cannot be opened", answer.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("features", answer.Body, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task RunPage_NamesNoFolderOfThisMachine()
    {
        await using var served = await ServedKeys.OfNumbersAsync(1);
        var page = await served.AskAsync("GET", "/runs/k_20261101T020000Z");
        Assert.Equal(200, page.Status);
        Assert.DoesNotContain("/in/a.parquet", page.Body, StringComparison.Ordinal);
        Assert.DoesNotContain(served.Engine.Configuration.DataDirectory, page.Body, StringComparison.Ordinal);
        Assert.Equal(Regex.Count(page.Body, "<html"), Regex.Count(page.Body, "</html>"));
        Assert.Equal(Regex.Count(page.Body, "<td"), Regex.Count(page.Body, "</td>"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Ready_FolderWithoutAnyRun_FailsUnlessItIsNewOnPurpose(bool isInit)
    {
        await using var served = await ServedHost.BuildAsync(isInit: isInit);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var running = ServeHost.RunAsync(served.Host, stop.Token);
        await served.Log.FirstAsync(1001).WaitAsync(Ct);
        var (status, text) = await served.GetAsync("/readyz");
        Assert.Equal(isInit ? 200 : 503, (int)status);
        Assert.Equal(!isInit, text.Contains("holds no run", StringComparison.Ordinal));
        Assert.Equal(!isInit, served.Log.All.Any(l => l.Event.Id == 1009));
        await stop.CancelAsync();
        await running;
        Assert.NotNull(served.Host.Services.GetRequiredService<LookupService>());
    }
}
