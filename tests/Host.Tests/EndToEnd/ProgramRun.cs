using System.Diagnostics;
using System.Text.Json;

namespace BatchEngine.Host.Tests.EndToEnd;

/// <summary>The program, run to its end as a person would run it.</summary>
/// <param name="ExitCode">What it told its caller.</param>
/// <param name="Output">Its stdout.</param>
/// <param name="Errors">Its stderr.</param>
internal sealed record ProgramRun(int ExitCode, string Output, string Errors)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    /// <summary>Runs it; a run that hangs is killed and fails the test.</summary>
    public static Task<ProgramRun> RunAsync(params string[] arguments) => RunInAsync(Path.GetTempPath(), arguments);

    /// <summary>Runs it as somebody who stands in the folder; a run that hangs is killed and fails the test.</summary>
    public static async Task<ProgramRun> RunInAsync(string folder, params string[] arguments)
    {
        using var process = Start(arguments, leaseTtl: null, folder);
        return await EndAsync(process);
    }

    /// <summary>Starts it with both streams redirected.</summary>
    public static Process Start(IEnumerable<string> arguments, string? leaseTtl, string? folder = null)
    {
        var program = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "batchengine.exe" : "batchengine");
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? Path.GetTempPath()
        };
        if (leaseTtl is not null)
            start.Environment["BATCHENGINE_LEASE_TTL"] = leaseTtl;
        return Process.Start(start)!;
    }

    /// <summary>Waits for its end.</summary>
    public static async Task<ProgramRun> EndAsync(Process process)
    {
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"The program did not end within {Patience}: {await errors}");
        }
        return new ProgramRun(process.ExitCode, await output, await errors);
    }

    /// <summary>Its stdout as the one JSON document that --json promises.</summary>
    public JsonElement Json()
    {
        using var document = JsonDocument.Parse(Output);
        return document.RootElement.Clone();
    }

    /// <summary>Fails unless it refused the input: exit code 64 and every given word on stderr.</summary>
    public void MustRefuse(params string[] words) => MustEnd(64, words);

    /// <summary>Fails unless it ended with the code and said every word on stderr, without a stack trace.</summary>
    public void MustEnd(int code, params string[] words)
    {
        Assert.True(ExitCode == code, $"exit code {ExitCode}, expected {code}: {Output}\n{Errors}");
        Assert.All(words, word => Assert.Contains(word, Errors, StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain("   at ", Errors, StringComparison.Ordinal);
    }
}
