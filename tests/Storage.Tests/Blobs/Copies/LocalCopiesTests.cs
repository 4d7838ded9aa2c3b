using System.IO.MemoryMappedFiles;
using BatchEngine.Domain;
using BatchEngine.Storage.Blobs.Copies;
using BatchEngine.TestKit.Blobs;

namespace BatchEngine.Storage.Tests.Blobs.Copies;

public sealed class LocalCopiesTests : CopiesTestBed
{
    [Fact]
    public async Task Hold_StoreIsAFolder_GivesTheBlobsOwnFile()
    {
        var artifact = await PutAsync("runs/a", 10_000);
        using var copy = await new LocalCopies(Inner, CopiesFolder, null).HoldAsync(artifact, Ct);
        Assert.Equal(Inner.FileOf("runs/a"), copy.Path);
        Assert.False(Directory.Exists(CopiesFolder));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3_000_001)]
    public async Task Hold_StoreElsewhere_IsReadOnceByAllProcesses(int bytes)
    {
        var artifact = await PutAsync("runs/a", bytes);
        var copies = CreateSut();
        await MustHoldAsync(copies, artifact);
        await MustHoldAsync(copies, artifact);
        await MustHoldAsync(CreateSut(), artifact);
        Assert.Equal(1, Elsewhere.Reads["runs/a"]);
    }

    [Fact]
    public async Task Hold_SameContentUnderTwoNames_IsOneCopy()
    {
        var first = await PutAsync("runs/a", 1000);
        await using (var writer = await Inner.CreateAsync("runs/b", Ct))
        {
            await writer.Content.WriteAsync(await File.ReadAllBytesAsync(Inner.FileOf("runs/a"), Ct), Ct);
            await writer.CommitAsync(Ct);
        }
        await MustHoldAsync(CreateSut(), first);
        await MustHoldAsync(CreateSut(), first with { BlobName = "runs/b" });
        Assert.Equal(["runs/a"], Elsewhere.Reads.Keys);
    }

    [Fact]
    public async Task Hold_BitsLostOnThisDisk_IsFetchedAgainByTheNextProcess()
    {
        var artifact = await PutAsync("runs/a", 100_000);
        string path;
        using (var copy = await CreateSut().HoldAsync(artifact, Ct))
            path = copy.Path;
        FlipAByte(path);
        var next = CreateSut();
        await MustHoldAsync(next, artifact);
        File.Delete(path);
        await MustHoldAsync(next, artifact);
        Assert.Equal(3, Elsewhere.Reads["runs/a"]);
    }

    [Fact]
    public async Task Hold_DamagedWhileAnotherHasIt_LeavesThatOneWhatItHasOpen()
    {
        var artifact = await PutAsync("runs/a", 100_000);
        using var first = await CreateSut().HoldAsync(artifact, Ct);
        FlipAByte(first.Path);
        await using var open = File.OpenRead(first.Path);
        await MustHoldAsync(CreateSut(), artifact);
        Assert.Equal(100_000, (await open.ReadAtLeastAsync(new byte[100_000], 100_000, false, Ct)));
        await MustBeAsync(first, artifact);
    }

    [Fact]
    public async Task Hold_RemovedByHandWhileHeld_IsFetchedAgain()
    {
        var artifact = await PutAsync("runs/a", 1000);
        var copies = CreateSut();
        using var first = await copies.HoldAsync(artifact, Ct);
        Directory.Delete(CopiesFolder, recursive: true);
        await MustHoldAsync(copies, artifact);
        await MustBeAsync(first, artifact);
    }

    [Fact]
    public async Task Hold_BlobDamagedInTheStore_IsCorruptAndLeavesNothing()
    {
        var artifact = await PutAsync("runs/a", 1000);
        FlipAByte(Inner.FileOf("runs/a"));
        var failure = await Assert.ThrowsAsync<CorruptDataException>(() => CreateSut().HoldAsync(artifact, Ct));
        Assert.Contains("elsewhere://test/runs/a", failure.Message, StringComparison.Ordinal);
        Assert.Contains($"{artifact.Checksum:x16}", failure.Message, StringComparison.Ordinal);
        Assert.Equal((0, 0), (Kept(), Leftovers()));
        await Assert.ThrowsAsync<CorruptDataException>(() => CreateSut().HoldAsync(artifact with { BlobName = "runs/none" }, Ct));
    }

    [Fact]
    public async Task Hold_DamagedOnTheWayOnce_IsFetchedOnceMore()
    {
        var artifact = await PutAsync("runs/a", 1000);
        var reads = 0;
        Elsewhere.Reading = (_, content) => reads++ > 0 ? content : new MemoryStream(new byte[999]);
        await MustHoldAsync(CreateSut(), artifact);
        Assert.Equal(2, reads);
    }

    [Fact]
    public async Task Hold_ConnectionBreaks_IsATransientFailureThatNamesTheBlob()
    {
        var artifact = await PutAsync("runs/a", 1000);
        Elsewhere.Reading = (_, content) => new BreakingStream(content, 500);
        var failure = await Assert.ThrowsAsync<StorageFailedException>(() => CreateSut().HoldAsync(artifact, Ct));
        Assert.True(failure.IsTransient);
        Assert.Contains("elsewhere://test/runs/a", failure.Message, StringComparison.Ordinal);
        Elsewhere.Reading = (_, content) => content;
        await MustHoldAsync(CreateSut(), artifact);
        Assert.Equal((1, 0), (Kept(), Leftovers()));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Hold_ManyAtOnce_IsOneDownload(int processes)
    {
        var artifact = await PutAsync("runs/a", 500_000);
        Elsewhere.Reading = (_, content) => new SlowStream(content, TimeSpan.FromMilliseconds(2));
        var copies = Enumerable.Range(0, processes).Select(_ => CreateSut()).ToArray();
        await Task.WhenAll(Enumerable.Range(0, 24).Select(i => Task.Run(() => MustHoldAsync(copies[i % processes], artifact), Ct)));
        Assert.Equal(1, Elsewhere.Reads["runs/a"]);
    }

    [Fact]
    public async Task Hold_TheOneThatFetchesIsCancelled_TheNextOneFetches()
    {
        var artifact = await PutAsync("runs/a", 100_000);
        var gate = new TaskCompletionSource();
        Elsewhere.Reading = (_, content) => gate.Task.IsCompleted ? content : new WaitingStream(content, gate);
        var copies = CreateSut();
        using var stop = new CancellationTokenSource();
        var first = copies.HoldAsync(artifact, stop.Token);
        var second = copies.HoldAsync(artifact, Ct);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        gate.SetResult();
        using (var copy = await second)
            await MustBeAsync(copy, artifact);
        Assert.Equal((1, 0), (Kept(), Leftovers()));
    }

    [Fact]
    public async Task Hold_Set_LiesUnderItsOwnNames()
    {
        var (graph, weights) = (await PutAsync("models/x/x.onnx", 1000), await PutAsync("models/x/=002ehidden", 2000));
        CopiedFile[] files =
        [
            new(graph.BlobName, "x.onnx", 1000, new ContentMark.Sha256(await DigestAsync(graph), d => d)),
            new(weights.BlobName, "sub/.hidden", 2000, new ContentMark.Sha256(await DigestAsync(weights), d => d)),
        ];
        using var copy = await CreateSut().HoldAsync(Digest.Of("x"), files, Ct);
        await MustBeAsync(copy, graph);
        var beside = Path.Combine(Path.GetDirectoryName(copy.Path)!, "sub/.hidden");
        Assert.Equal(await File.ReadAllBytesAsync(Inner.FileOf(weights.BlobName), Ct), await File.ReadAllBytesAsync(beside, Ct));
        FlipAByte(beside);
        using var again = await CreateSut().HoldAsync(Digest.Of("x"), files, Ct);
        Assert.Equal(await File.ReadAllBytesAsync(Inner.FileOf(weights.BlobName), Ct), await File.ReadAllBytesAsync(beside, Ct));
        Assert.Equal((2, 2), (Elsewhere.Reads[graph.BlobName], Elsewhere.Reads[weights.BlobName]));
    }

    [Fact]
    public async Task Hold_ReleasedAndEvicted_WhatIsOpenOrMappedStaysReadable()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "NeedsUnix: Windows evicts nothing that is open");
        var artifact = await PutAsync("runs/a", 100_000);
        var copies = CreateSut(limit: 150_000);
        var copy = await copies.HoldAsync(artifact, Ct);
        await using var open = File.OpenRead(copy.Path);
        using var mapped = MemoryMappedFile.CreateFromFile(copy.Path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        using var view = mapped.CreateViewAccessor(0, 100_000, MemoryMappedFileAccess.Read);
        copy.Dispose();
        copy.Dispose();
        await MustHoldAsync(copies, await PutAsync("runs/b", 100_000));
        Assert.False(File.Exists(copy.Path));
        var seen = new byte[100_000];
        view.ReadArray(0, seen, 0, seen.Length);
        Assert.Equal(await File.ReadAllBytesAsync(Inner.FileOf("runs/a"), Ct), seen);
        await open.ReadExactlyAsync(seen, Ct);
        Assert.Equal(await File.ReadAllBytesAsync(Inner.FileOf("runs/a"), Ct), seen);
    }

    [Fact]
    public async Task Hold_FolderCannotBeMade_NamesItAndItsKey()
    {
        var artifact = await PutAsync("runs/a", 1000);
        await File.WriteAllTextAsync(CopiesFolder, "a file", Ct);
        var failure = await Assert.ThrowsAsync<StorageFailedException>(() => CreateSut().HoldAsync(artifact, Ct));
        Assert.Contains(CopiesFolder, failure.Message, StringComparison.Ordinal);
        Assert.Contains("copies.folder", failure.Message, StringComparison.Ordinal);
    }

    private async Task<Digest> DigestAsync(Artifact artifact) => Digest.Of(await File.ReadAllBytesAsync(Inner.FileOf(artifact.BlobName), Ct));
}
