using System.Diagnostics;
using BatchEngine.Domain;

namespace BatchEngine.Storage.Tests.Blobs.Copies;

/// <summary>The copies of all processes of a machine keep to their limit, and to the disk.</summary>
public sealed class CopyRoomTests : CopiesTestBed
{
    [Fact]
    public async Task Hold_LimitReached_EvictsTheLongestUnused()
    {
        var (a, b, c) = (await PutAsync("a", 1000), await PutAsync("b", 1000), await PutAsync("c", 1000));
        await MustHoldAsync(CreateSut(2500), a);
        await MustHoldAsync(CreateSut(2500), b);
        await Task.Delay(20, Ct);
        await MustHoldAsync(CreateSut(2500), a);
        await MustHoldAsync(CreateSut(2500), c);
        Assert.Equal(2, Kept());
        Elsewhere.Forget();
        await MustHoldAsync(CreateSut(2500), a);
        await MustHoldAsync(CreateSut(2500), c);
        Assert.Empty(Elsewhere.Reads);
        await MustHoldAsync(CreateSut(2500), b);
        Assert.Equal(["b"], Elsewhere.Reads.Keys);
    }

    [Fact]
    public async Task Hold_EverythingIsInUse_SaysSoAndEvictsNothing()
    {
        var (a, b) = (await PutAsync("a", 1000), await PutAsync("b", 1000));
        var held = await CreateSut(1500).HoldAsync(a, Ct);
        var copies = CreateSut(1500);
        var failure = await Assert.ThrowsAsync<StorageFailedException>(() => copies.HoldAsync(b, Ct));
        Assert.Contains(CopiesFolder, failure.Message, StringComparison.Ordinal);
        Assert.Contains("copies.limit", failure.Message, StringComparison.Ordinal);
        Assert.True(failure.IsTransient);
        await MustBeAsync(held, a);
        held.Dispose();
        await MustHoldAsync(copies, b);
        Assert.Equal(1, Kept());
    }

    [Fact]
    public async Task Hold_LargerThanTheLimit_SaysSo()
    {
        var failure = await Assert.ThrowsAsync<StorageFailedException>(async () => await CreateSut(500).HoldAsync(await PutAsync("a", 1000), Ct));
        Assert.Contains("copies.limit", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hold_LeftoversOfKilledProcesses_AreSweptAndThoseOfLivingOnesSpared()
    {
        var a = await PutAsync("a", 1000);
        await MustHoldAsync(CreateSut(), a);
        var dead = Directory.CreateDirectory(Path.Combine(CopiesFolder, "partial", "17.1.x0000000000000000-4000")).FullName;
        await File.WriteAllTextAsync(Path.Combine(dead, "hold"), "", Ct);
        var living = Directory.CreateDirectory(Path.Combine(CopiesFolder, "partial", "18.1.x0000000000000001-4000")).FullName;
        using (File.Open(Path.Combine(living, "hold"), FileMode.Create, FileAccess.ReadWrite, FileShare.None))
        {
            await MustHoldAsync(CreateSut(), await PutAsync("b", 1000));
            Assert.Equal((false, true), (Directory.Exists(dead), Directory.Exists(living)));
            // What is being fetched counts.
            await Assert.ThrowsAsync<StorageFailedException>(async () => await CreateSut(4500).HoldAsync(await PutAsync("c", 1000), Ct));
        }
        await MustHoldAsync(CreateSut(4500), await PutAsync("c", 1000));
        Assert.Equal(0, Leftovers());
    }

    [Fact]
    public async Task Hold_KilledWhileItEvicts_IsFetchedAgain()
    {
        var a = await PutAsync("a", 1000);
        string path;
        using (var copy = await CreateSut().HoldAsync(a, Ct))
            path = copy.Path;
        var entry = Path.GetDirectoryName(Path.GetDirectoryName(path))!;
        await File.WriteAllTextAsync(Path.Combine(entry, "hold"), "", Ct);
        await MustHoldAsync(CreateSut(), a);
        Assert.Equal(2, Elsewhere.Reads["a"]);
    }

    [Fact]
    public async Task Hold_DiskFull_MakesRoomByEvictionElseNamesTheFolder()
    {
        var disk = Directory.CreateDirectory(CopiesFolder).FullName;
        Assert.SkipUnless(OperatingSystem.IsLinux() && await SystemAsync("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk) == 0,
            "NeedsMount: a small disk can only be mounted by root.");
        try
        {
            var (a, b, c) = (await PutAsync("a", 600_000), await PutAsync("b", 600_000), await PutAsync("c", 2_000_000));
            await MustHoldAsync(CreateSut(1L << 40), a);
            await MustHoldAsync(CreateSut(1L << 40), b);
            using (var held = await CreateSut(1L << 40).HoldAsync(b, Ct))
            {
                var failure = await Assert.ThrowsAsync<StorageFailedException>(() => CreateSut(1L << 40).HoldAsync(a, Ct));
                Assert.Contains(disk, failure.Message, StringComparison.Ordinal);
                Assert.Contains("copies.folder", failure.Message, StringComparison.Ordinal);
                await MustBeAsync(held, b);
            }
            await MustHoldAsync(CreateSut(1L << 40), a);
            await Assert.ThrowsAsync<StorageFailedException>(() => CreateSut(1L << 40).HoldAsync(c, Ct));
            Assert.Equal(0, Leftovers());
        }
        finally
        {
            Assert.Equal(0, await SystemAsync("umount", disk));
        }
    }

    private static async Task<int> SystemAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync(Ct);
        return process.ExitCode;
    }
}
