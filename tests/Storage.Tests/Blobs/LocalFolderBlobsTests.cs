using BatchEngine.Domain;
using BatchEngine.Storage.Blobs;
using BatchEngine.TestKit.Folders;
using Microsoft.Extensions.Time.Testing;

namespace BatchEngine.Storage.Tests;

public sealed class LocalFolderBlobsTests : BlobStoreContract, IDisposable
{
    private const string ChildFolder = "BATCHENGINE_TEST_BLOB_FOLDER";
    private const string RunFolder = "runs/night_20261124T020000Z";
    private readonly TemporaryFolder _folder = new();

    private string Root => _folder["blobs"];

    protected override IBlobStore CreateSut() => new LocalFolderBlobs(Root);

    protected override Task AgeAsync(string name, TimeSpan age)
    {
        File.SetLastWriteTimeUtc(CreateSut().PlaceOf(name), DateTime.UtcNow - age);
        return Task.CompletedTask;
    }

    public void Dispose() => _folder.Dispose();

    private static Func<IReadOnlyCollection<string>, CancellationToken, Task<IReadOnlySet<string>>> Named(params string[] names) =>
        (_, _) => Task.FromResult<IReadOnlySet<string>>(names.ToHashSet());

    [Fact]
    public async Task FileOf_ABlob_IsItsFile()
    {
        await PutAsync("a/b", [1, 2]);
        Assert.Equal(new byte[] { 1, 2 }, await File.ReadAllBytesAsync(CreateSut().PlaceOf("a/b"), Ct));
    }

    [Fact]
    public async Task Verify_AnyFlippedBit_IsFound()
    {
        var info = await PutAsync("a", [10, 20, 30, 40]);
        var path = CreateSut().PlaceOf("a");
        var content = await File.ReadAllBytesAsync(path, Ct);
        for (var bit = 0; bit < content.Length * 8; bit++)
        {
            var damaged = (byte[])content.Clone();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            await File.WriteAllBytesAsync(path, damaged, Ct);
            await Assert.ThrowsAsync<CorruptDataException>(() => CreateSut().VerifyAsync("a", info.Bytes, info.Checksum, Ct));
        }
    }

    [Fact]
    public async Task Writer_Killed_LeavesOnlyATemporaryThatTheSweeperRemoves()
    {
        await PutAsync("named", [1]);
        using var child = ChildTest.Start(nameof(Child_Writer_NeverCommits), (ChildFolder, Root));
        await child.ReadyAsync(_folder["ready"], Ct);
        await child.KillAsync(Ct);
        Assert.Null(await CreateSut().LengthAsync("torn/blob", Ct));
        var left = Assert.Single(Directory.GetFiles(Path.Combine(Root, ".uncommitted")));

        var clock = new FakeTimeProvider(new DateTimeOffset(File.GetLastWriteTimeUtc(left)).AddMinutes(59));
        var sweeper = new BlobSweeper(CreateSut(), clock);
        Assert.Equal(0, (await sweeper.SweepAsync([""], Named("named"), TimeSpan.FromHours(1), Ct)).RemovedTemporaries);
        clock.Advance(TimeSpan.FromMinutes(2));
        var swept = await sweeper.SweepAsync([""], Named("named"), TimeSpan.FromHours(1), Ct);
        Assert.Equal((1, 0), (swept.RemovedTemporaries, swept.Removed.Count));
        Assert.Empty(Directory.GetFiles(Path.Combine(Root, ".uncommitted")));
        Assert.NotNull(await CreateSut().LengthAsync("named", Ct));
    }

    [Fact]
    public async Task Child_Writer_NeverCommits()
    {
        if (Environment.GetEnvironmentVariable(ChildFolder) is not { } root)
        {
            Assert.Skip("NeedsParent: this is the writer that another test kills.");
            return;
        }
        await using var writer = await new LocalFolderBlobs(root).CreateAsync("torn/blob", Ct);
        await writer.Content.WriteAsync(new byte[5_000_000], Ct);
        await File.WriteAllTextAsync(Path.Combine(root, "..", "ready"), "", Ct);
        await Task.Delay(Timeout.InfiniteTimeSpan, Ct);
    }

    [Fact]
    public async Task Sweep_OrphansPastTheGrace_AreRemovedAndOthersStay()
    {
        foreach (var name in new[] { $"{RunFolder}/named", $"{RunFolder}/old", $"{RunFolder}/young" })
            await PutAsync(name, [1, 2, 3]);
        var now = DateTime.UtcNow;
        File.SetLastWriteTimeUtc(CreateSut().PlaceOf($"{RunFolder}/named"), now.AddDays(-3));
        File.SetLastWriteTimeUtc(CreateSut().PlaceOf($"{RunFolder}/old"), now.AddDays(-3));
        var sweeper = new BlobSweeper(CreateSut(), new FakeTimeProvider(new DateTimeOffset(now)));
        var swept = await sweeper.SweepAsync([""], Named($"{RunFolder}/named"), BlobSweeper.DefaultGrace, Ct);
        Assert.Equal([$"{RunFolder}/old"], swept.Removed);
        Assert.Equal((3L, 1), (swept.RemovedBytes, swept.Spared));
        Assert.NotNull(await CreateSut().LengthAsync($"{RunFolder}/named", Ct));
        Assert.NotNull(await CreateSut().LengthAsync($"{RunFolder}/young", Ct));
    }

    [Fact]
    public async Task Sweep_BlobNamedWhileListing_IsSpared()
    {
        await PutAsync($"{RunFolder}/late", [1]);
        var sweeper = new BlobSweeper(CreateSut(), new FakeTimeProvider(DateTimeOffset.UtcNow.AddDays(9)));
        var listedBefore = false;
        await sweeper.SweepAsync([""], async (_, ct) =>
        {
            await PutAsync($"{RunFolder}/unlisted", [1]); // Written after the listing: not a candidate, whatever its age.
            listedBefore = true;
            return new HashSet<string> { $"{RunFolder}/late" };
        }, TimeSpan.Zero, Ct);
        Assert.True(listedBefore);
        Assert.NotNull(await CreateSut().LengthAsync($"{RunFolder}/unlisted", Ct));
        Assert.NotNull(await CreateSut().LengthAsync($"{RunFolder}/late", Ct));
    }

    [Fact]
    public async Task Sweep_WhatNobodyOfUsWrote_StaysWhateverItsNameAndAge()
    {
        string[] foreign = [".DS_Store", ".nfs000000000000042", "notes of mine.txt", "photos/cat.jpg", "models/mine.onnx", "models/churn/1.onnx",
            "runs/2026/a.csv",
            "runs/readme", $"{RunFolder}/.DS_Store", $"{RunFolder}/my notes.txt", "data/part-0.parquet"];
        foreach (var name in foreign)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(Root, name))!);
            await File.WriteAllTextAsync(Path.Combine(Root, name), "mine", Ct);
        }
        var orphans = new[] { $"models/{new string('a', 64)}.onnx", $"{RunFolder}/output/shard-0.parquet" };
        foreach (var name in orphans)
            await PutAsync(name, [1]);
        var swept = await new BlobSweeper(CreateSut(), new FakeTimeProvider(DateTimeOffset.UtcNow.AddDays(9))).SweepAsync([""], Named(), TimeSpan.Zero, Ct);
        Assert.Equal(orphans, swept.Removed);
        Assert.All(foreign, name => Assert.True(File.Exists(Path.Combine(Root, name)), name));
    }

    [Fact]
    public async Task Sweep_OrphanRenewedAfterTheRowsWereRead_IsSpared()
    {
        await PutAsync($"{RunFolder}/reused", [1, 2]);
        File.SetLastWriteTimeUtc(CreateSut().PlaceOf($"{RunFolder}/reused"), DateTime.UtcNow.AddDays(-3));
        var swept = await new BlobSweeper(CreateSut(), new FakeTimeProvider(DateTimeOffset.UtcNow)).SweepAsync([""], async (_, ct) =>
        {
            Assert.True(await CreateSut().RenewAsync($"{RunFolder}/reused", ct));
            return new HashSet<string>();
        }, TimeSpan.FromHours(24), Ct);
        Assert.Empty(swept.Removed);
        Assert.NotNull(await CreateSut().LengthAsync($"{RunFolder}/reused", Ct));
    }

    [Fact]
    public async Task Create_LeftoverOfAProcessWithTheSameNumber_IsSteppedOver()
    {
        Directory.CreateDirectory(Path.Combine(Root, ".uncommitted"));
        await File.WriteAllTextAsync(Path.Combine(Root, ".uncommitted", $"{Environment.ProcessId}-1-a"), "left", Ct);
        var info = await PutAsync("a", [9]);
        await CreateSut().VerifyAsync("a", 1, info.Checksum, Ct);
    }

    [Fact]
    public async Task Write_DiskFull_SaysSo()
    {
        if (!File.Exists("/dev/full"))
            Assert.Skip("NeedsLinux: /dev/full is the disk that is always full.");
        var link = _folder["full"]; // The writer removes its temporary: only the link.
        File.CreateSymbolicLink(link, "/dev/full");
        await using var writer =
            new LocalBlobWriter("a", new FileStream(link, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0), Path.Combine(Root, "a"));
        var failure = await Assert.ThrowsAsync<StorageFailedException>(async () => await writer.Content.WriteAsync(new byte[10], Ct));
        Assert.Contains("full", failure.Message);
        Assert.Equal(Path.Combine(Root, "a"), failure.Place);
        Assert.False(failure.IsTransient);
        Assert.False(File.Exists(Path.Combine(Root, "a")));
    }

    [Fact]
    public async Task Create_FolderIsAFile_FailsWithItsPlace()
    {
        await PutAsync("a", [1]);
        await using var writer = await CreateSut().CreateAsync("a/b", Ct);
        await Assert.ThrowsAsync<StorageFailedException>(() => writer.CommitAsync(Ct));
        Assert.Equal(new byte[] { 1 }, await File.ReadAllBytesAsync(CreateSut().PlaceOf("a"), Ct));
    }

    [Fact]
    public async Task Create_NoPermission_SaysSo()
    {
        if (OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess)
        {
            Assert.Skip("NeedsPlainUser: root and Windows may write anywhere.");
            return;
        }
        Directory.CreateDirectory(Root, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var failure = await Assert.ThrowsAsync<StorageFailedException>(() => CreateSut().CreateAsync("a", Ct));
        Assert.Contains("denied", failure.Message);
    }

    [Theory]
    [InlineData(28, "full")]
    [InlineData(122, "full")]
    [InlineData(30, "read-only")]
    [InlineData(5, "file system failed")]
    public void Failures_ByTheirNumber_AreToldApart(int number, string words)
    {
        var failure = BlobFailures.Explain("/blobs/a", new IOException("planted", number));
        Assert.Contains(words, failure.Message);
        Assert.StartsWith("/blobs/a: ", failure.Message);
        Assert.Contains("denied", BlobFailures.Explain("/blobs/a", new UnauthorizedAccessException("planted")).Message);
    }
}
