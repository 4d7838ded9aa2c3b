using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using BatchEngine.TestKit.Folders;

namespace BatchEngine.Host.Tests.EndToEnd;

/// <summary>`serve` as a process: it answers, ends when it is asked to, and says what keeps it from starting.</summary>
[Collection(ProcessesCollection.Name)]
public sealed class ServeCommandTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Serve_AskedToEnd_AnswersUntilThenAndEndsWithZero()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["jobs"]);
        using var process = ProgramRun.Start(
            ["serve", "--url", "http://127.0.0.1:0", "--jobs", folder["jobs"], "--data", folder["data"], "--init"], leaseTtl: null);
        var address = "";
        while (address.Length == 0 && await process.StandardError.ReadLineAsync(Ct) is { } line)
            address = Regex.Match(line, "^Look-ups at (http://[^/]+)/v1/predictions/").Groups[1].Value;
        Assert.NotEmpty(address);
        using (var client = new HttpClient { BaseAddress = new Uri(address) })
        {
            Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/readyz", Ct)).StatusCode);
            Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/v1/predictions/nobody/1", Ct)).StatusCode);
        }
        using (var kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]))
            await kill.WaitForExitAsync(Ct);
        (await ProgramRun.EndAsync(process)).MustEnd(0, "Stopping");
    }

    [Fact]
    public async Task Serve_Http2InItsConfiguration_AnswersThere()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["engine.yaml"], "httpUrl: http://127.0.0.1:0\nhttp2Url: http://127.0.0.1:0\n", Ct);
        using var process = ProgramRun.Start(["serve", "--no-scheduler", "--config", folder["engine.yaml"], "--data", folder["data"]], leaseTtl: null);
        var address = "";
        while (address.Length == 0 && await process.StandardError.ReadLineAsync(Ct) is { } line)
            address = Regex.Match(line, "^The same over HTTP/2 at (http://[^/]+)\\.$").Groups[1].Value;
        Assert.NotEmpty(address);
        using (var client = new HttpClient())
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address + "/healthz")
            {
                Version = HttpVersion.Version20,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            };
            using var answer = await client.SendAsync(request, Ct);
            Assert.Equal(HttpVersion.Version20, answer.Version);
        }
        process.Kill();
        await process.WaitForExitAsync(Ct);
    }

    [Fact]
    public async Task Serve_AddressThatIsTaken_IsRefused()
    {
        using var folder = new TemporaryFolder();
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var url = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{((IPEndPoint)other.LocalEndpoint).Port}");
        (await ProgramRun.RunAsync("serve", "--url", url, "--no-scheduler", "--data", folder["data"])).MustRefuse(url, "free");
    }

    [Theory]
    [InlineData("http://127.0.0.1:99999", "65535")]
    [InlineData("http://127.0.0.1:0/app", "root")]
    [InlineData("http://locahost:0", "IP address")]
    [InlineData("http://256.1.1.1:0", "IP address")]
    [InlineData("http://user@localhost:0", "IP address")]
    [InlineData("http://localhost:0", "http://127.0.0.1:0")]
    public async Task Serve_AddressThatWouldOpenAnother_IsRefused(string url, string words)
    {
        using var folder = new TemporaryFolder();
        (await ProgramRun.RunAsync("serve", "--url", url, "--no-scheduler", "--data", folder["data"])).MustRefuse(url, words);
    }

    [Fact]
    public async Task Serve_AddressThatIsNone_IsRefused()
    {
        using var folder = new TemporaryFolder();
        (await ProgramRun.RunAsync("serve", "--url", "nowhere", "--no-scheduler", "--data", folder["data"])).MustRefuse("nowhere", "http://localhost:5080");
        (await ProgramRun.RunAsync("serve", "--url", "https://localhost:0", "--no-scheduler", "--data", folder["data"])).MustRefuse("https:", "TLS");
    }
}
