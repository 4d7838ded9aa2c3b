using System.Net;
using System.Text.Json;
using BatchEngine.Host.Composition;
using BatchEngine.Host.Serving;
using BatchEngine.Host.Terminal;
using BatchEngine.Host.Tests.EndToEnd;
using Microsoft.Extensions.DependencyInjection;

namespace BatchEngine.Host.Tests.Lookup;

/// <summary>What somebody sees who asks the server for the wrong thing.</summary>
public sealed class HttpPagesTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/")]
    [InlineData("/v2/predictions/served/1")]
    public async Task Get_PageThatIsNotThere_NamesThoseThatAre(string page)
    {
        var (status, error) = await GetAsync(page);
        Assert.Equal(HttpStatusCode.NotFound, status);
        Assert.Contains("/v1/predictions/NAME/KEY", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_KeyThatIsNoKey_SaysSoWithPlainQuotes()
    {
        var (status, error) = await GetAsync("/v1/predictions/served/abc");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("found 'abc'", error, StringComparison.Ordinal);
    }

    private static async Task<(HttpStatusCode Status, string Text)> GetAsync(string page)
    {
        using var folder = await InputFolder.CreateAsync();
        await using var engine = await ServedJob.PublishAsync(folder);
        using var logs = ServeHost.Log(new Screen(json: true, verbose: false));
        await using var host = ServeHost.Build(engine, new ServeSettings("http://127.0.0.1:0"), logs);
        await host.Services.GetRequiredService<LookupService>().Catalog.RefreshAsync(Ct);
        await host.StartAsync(Ct);
        using var client = new HttpClient { BaseAddress = new Uri(host.Urls.First()) };
        using var answer = await client.GetAsync(page, Ct);
        var text = await answer.Content.ReadAsStringAsync(Ct);
        using var json = JsonDocument.Parse(text);
        Assert.True(json.RootElement.TryGetProperty("error", out _));
        return (answer.StatusCode, text);
    }
}
