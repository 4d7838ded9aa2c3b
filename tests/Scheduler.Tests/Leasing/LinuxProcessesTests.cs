using System.Diagnostics;
using System.Globalization;
using BatchEngine.Scheduler.Leasing;

namespace BatchEngine.Scheduler.Tests.Leasing;

/// <summary>Against real processes: a lease is only ever taken from one that is proven to have ended.</summary>
public sealed class LinuxProcessesTests
{
    private readonly LinuxProcesses _processes = new();

    public LinuxProcessesTests() => Assert.SkipUnless(OperatingSystem.IsLinux(), "NeedsLinux: processes are told apart by /proc.");

    [Fact]
    public void HasEnded_ThisProcess_IsNo()
    {
        Assert.NotNull(_processes.Own);
        Assert.False(_processes.HasEnded(_processes.Own));
        Assert.Equal(_processes.Own, new LinuxProcesses().Own);
    }

    [Fact]
    public async Task HasEnded_AChild_IsNoWhileItLivesAndYesAfterItWasKilled()
    {
        using var child = Process.Start(new ProcessStartInfo("sleep", "600"))!;
        var name = Named(child.Id, StartOf(child.Id));
        Assert.False(_processes.HasEnded(name));

        child.Kill();
        await child.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.True(_processes.HasEnded(name));
    }

    [Fact]
    public async Task HasEnded_AStoppedChild_IsNo()
    {
        using var child = Process.Start(new ProcessStartInfo("sleep", "600"))!;
        try
        {
            using var stop = Process.Start(new ProcessStartInfo("kill", $"-STOP {child.Id}"))!;
            await stop.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.False(_processes.HasEnded(Named(child.Id, StartOf(child.Id))));
        }
        finally
        {
            child.Kill();
        }
    }

    [Fact]
    public void HasEnded_TheNumberWasGivenToAnother_IsYes() =>
        Assert.True(_processes.HasEnded(Named(Environment.ProcessId, "1")));

    [Fact]
    public void HasEnded_WhatCannotBeTold_IsNo()
    {
        var parts = _processes.Own!.Split(' ');
        Assert.False(_processes.HasEnded($"{Guid.Empty} {parts[1]} 999999999 1"));
        Assert.False(_processes.HasEnded($"{parts[0]} pid:[1] 999999999 1"));
        Assert.False(_processes.HasEnded(""));
        Assert.False(_processes.HasEnded("another-host-12-1a2b3c"));
        Assert.False(_processes.HasEnded($"{parts[0]} {parts[1]} x 1"));
    }

    private string Named(int id, string start)
    {
        var parts = _processes.Own!.Split(' ');
        return string.Create(CultureInfo.InvariantCulture, $"{parts[0]} {parts[1]} {id} {start}");
    }

    private static string StartOf(int id)
    {
        var text = File.ReadAllText($"/proc/{id}/stat");
        return text[(text.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[19];
    }
}
