using BatchEngine.Scheduler.Leasing;

namespace BatchEngine.Scheduler.Tests;

/// <summary>Processes that a test plays: this one, and those that it lets end.</summary>
internal sealed class FakeProcesses(string own) : IProcesses
{
    public string? Own => own;

    public HashSet<string> Ended { get; } = [];

    public bool HasEnded(string process) => Ended.Contains(process);
}
