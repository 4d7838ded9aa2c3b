using System.Diagnostics;

namespace BatchEngine.Storage.Tests;

/// <summary>One test of this assembly run as a process of its own, so that a test can race against it or kill it.</summary>
internal sealed class ChildTest : IDisposable
{
    private readonly Process _process;

    private ChildTest(Process process) => _process = process;

    public static ChildTest Start(string method, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet")
            start.ArgumentList.Add(typeof(ChildTest).Assembly.Location);
        start.ArgumentList.Add("--filter-method");
        start.ArgumentList.Add($"*.{method}");
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        var process = Process.Start(start)!;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new ChildTest(process);
    }

    /// <summary>Waits until the child has written the file that says it is under way.</summary>
    public async Task ReadyAsync(string path, CancellationToken ct)
    {
        while (!File.Exists(path))
        {
            Assert.False(_process.HasExited, $"the child ended with {(_process.HasExited ? _process.ExitCode : 0)} before it was ready");
            await Task.Delay(5, ct);
        }
    }

    /// <summary>Waits for its end, which must be a success.</summary>
    public async Task EndAsync(CancellationToken ct)
    {
        await _process.WaitForExitAsync(ct);
        Assert.Equal(0, _process.ExitCode);
    }

    /// <summary>SIGKILL: no handler runs.</summary>
    public async Task KillAsync(CancellationToken ct)
    {
        _process.Kill();
        await _process.WaitForExitAsync(ct);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }
}
