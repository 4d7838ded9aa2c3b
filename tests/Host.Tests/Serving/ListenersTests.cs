using System.Net;

namespace BatchEngine.Host.Tests.Serving;

/// <summary>Each listener speaks its version of HTTP.</summary>
public sealed class ListenersTests
{
    [Fact]
    public async Task Http2_Configured_AnswersWithoutTls()
    {
        await using var served = await ServedHost.StartAsync(http2: true);
        Assert.Equal(2, served.Host.Urls.Count);
        var answered = 0;
        for (var listener = 0; listener < 2; listener++)
        {
            foreach (var version in (Version[])[HttpVersion.Version11, HttpVersion.Version20])
            {
                try
                {
                    var (status, _) = await served.GetAsync("/healthz", version, listener);
                    if (status == HttpStatusCode.OK)
                        answered += version == HttpVersion.Version20 ? 10 : 1;
                }
                catch (HttpRequestException)
                {
                    // It speaks the other version only.
                }
            }
        }
        Assert.Equal(11, answered);
    }

    [Fact]
    public async Task Http2_NotConfigured_IsNotSpoken()
    {
        await using var served = await ServedHost.StartAsync();
        Assert.Single(served.Host.Urls);
        await Assert.ThrowsAsync<HttpRequestException>(() => served.GetAsync("/healthz", HttpVersion.Version20));
    }
}
