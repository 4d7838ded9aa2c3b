using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using BatchEngine.TestKit.Folders;
using Xunit;

namespace BatchEngine.TestKit.Objects;

/// <summary>A server of npm's on a free port of this machine, with a folder of its own. What is not installed skips the tests.</summary>
/// <remarks>CI installs the packages into the folder ".cache/batchengine-tests" of the user; never into the tree.</remarks>
public abstract class NodeServer : IAsyncLifetime
{
    private const int Tries = 3;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private readonly TemporaryFolder _folder = new();
    private Process? _process;

    /// <summary>The port that it listens on.</summary>
    protected int Port { get; private set; }

    /// <summary>Its folder.</summary>
    public string Folder => _folder["data"];

    /// <summary>The script below node_modules.</summary>
    protected abstract string Script { get; }

    /// <summary>What it is started with.</summary>
    protected abstract IEnumerable<string> Arguments { get; }

    /// <summary>Why the tests cannot run here; null means that they can.</summary>
    public string? WhyNot { get; private set; }

    /// <summary>Skips the test that asks when the server could not be started.</summary>
    public void Need() => Assert.SkipWhen(WhyNot is not null, WhyNot ?? "");

    /// <inheritdoc/>
    public virtual async ValueTask InitializeAsync()
    {
        var script = Path.Combine(Modules(), Script);
        if (!File.Exists(script) || !HasNode())
        {
            WhyNot = $"NeedsNode: {Script.Split('/')[0]} is not installed in {Modules()}; .ci/run installs it with npm.";
            return;
        }
        for (var tries = 1; _process is null; tries++)
            _process = await StartAsync(script, tries == Tries);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
            _process.Dispose();
        }
        _folder.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    private static string Modules() => Path.Combine(Environment.GetEnvironmentVariable("BATCHENGINE_TEST_NPM")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "batchengine-tests"), "node_modules");

    private static bool HasNode() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Any(f => File.Exists(Path.Combine(f, OperatingSystem.IsWindows() ? "node.exe" : "node")));

    private async Task<Process?> StartAsync(string script, bool isLast)
    {
        Port = FreePort();
        Directory.CreateDirectory(Folder);
        var process = Process.Start(new ProcessStartInfo("node", [script, .. Arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        var start = Stopwatch.StartNew();
        while (start.Elapsed < s_patience && !process.HasExited)
        {
            if (await AnswersAsync())
                return process;
            await Task.Delay(20);
        }
        process.Kill(entireProcessTree: true);
        if (isLast)
            throw new InvalidOperationException($"{script} did not start: {await output}{await errors}");
        return null;
    }

    private async Task<bool> AnswersAsync()
    {
        using var probe = new TcpClient();
        try
        {
            await probe.ConnectAsync(IPAddress.Loopback, Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    // Somebody else can take it before the server does: then another one is tried.
    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>The port in digits.</summary>
    protected string PortText => Port.ToString(CultureInfo.InvariantCulture);
}
