using BatchEngine.Host.Tests.Http;
using BatchEngine.TestKit.Folders;

namespace BatchEngine.Host.Tests.EndToEnd;

/// <summary>A request that never comes whole is answered and nobody's failure: a stack trace would call for somebody each time.</summary>
[Collection(ProcessesCollection.Name)]
public sealed class HalfSentTests
{
    private const string Half = "POST /v1/predictions/k HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{\"keys\"";

    [Theory]
    [InlineData("1h", 503)]
    [InlineData("100ms", 408)]
    public async Task Post_HalfSent_IsAnsweredAndSaysNoStackTrace(string timeout, int status)
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["e.yaml"], $"requests: {{ timeout: {timeout} }}\nstop: {{ drain: 200ms, within: 10s }}\n",
            TestContext.Current.CancellationToken);
        using var serve = await ServingProcess.StartAsync("serve", "--no-scheduler", "--init", "--config", folder["e.yaml"], "--data", folder["data"]);
        using var connection = await RawConnection.OpenAsync(new Uri(serve.Address));
        await connection.SendAsync(Half);
        await Task.Delay(300, TestContext.Current.CancellationToken);
        var ended = serve.EndAsync();
        Assert.Equal(status, (await connection.ReadAsync()).Status);
        Assert.Equal(0, await ended);
        Assert.DoesNotContain("   at ", serve.Words, StringComparison.Ordinal);
        Assert.DoesNotContain(serve.Said, line => line.StartsWith("error:", StringComparison.Ordinal) || line.StartsWith("fail", StringComparison.Ordinal));
    }
}
