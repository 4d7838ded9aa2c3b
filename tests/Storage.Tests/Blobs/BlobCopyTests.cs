using BatchEngine.Domain;
using BatchEngine.Storage.Blobs;
using BatchEngine.TestKit.Folders;

namespace BatchEngine.Storage.Tests;

public sealed class BlobCopyTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private LocalFolderBlobs Blobs => new(_folder["blobs"]);

    private string Target => _folder["copy"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(300_000)]
    [InlineData(600_000)]
    public async Task ToFile_ABlob_GivesTheSameBytesInPlaceOfWhatWasThere(int bytes)
    {
        var artifact = await PutAsync(bytes);
        await File.WriteAllTextAsync(Target, "something older and longer", Ct);
        await BlobCopy.ToFileAsync(Blobs, artifact, Target, Ct);
        Assert.Equal(await File.ReadAllBytesAsync(Blobs.FileOf(artifact.BlobName), Ct), await File.ReadAllBytesAsync(Target, Ct));
    }

    [Fact]
    public async Task ToFile_TheCopyWrittenIntoInPlaceAndRemoved_LeavesTheBlobWhole()
    {
        var artifact = await PutAsync(10_000);
        await BlobCopy.ToFileAsync(Blobs, artifact, Target, Ct);
        await using (var opened = new FileStream(Target, FileMode.Open, FileAccess.Write))
            opened.Write(new byte[5_000]);
        await Blobs.VerifyAsync(artifact.BlobName, artifact.Bytes, artifact.Checksum, Ct);
        File.Delete(Target);
        await Blobs.VerifyAsync(artifact.BlobName, artifact.Bytes, artifact.Checksum, Ct);
    }

    [Fact]
    public async Task IsSound_ACopyCutChangedOrRemoved_IsNot()
    {
        var artifact = await PutAsync(10_000);
        await BlobCopy.ToFileAsync(Blobs, artifact, Target, Ct);
        Assert.True(BlobCopy.IsSound(Target, artifact, Ct));
        var copy = await File.ReadAllBytesAsync(Target, Ct);
        await File.WriteAllBytesAsync(Target, copy[..^1], Ct);
        Assert.False(BlobCopy.IsSound(Target, artifact, Ct));
        copy[5_000] ^= 1;
        await File.WriteAllBytesAsync(Target, copy, Ct);
        Assert.False(BlobCopy.IsSound(Target, artifact, Ct));
        File.Delete(Target);
        Assert.False(BlobCopy.IsSound(Target, artifact, Ct));
    }

    [Fact]
    public async Task ToFile_TheBlobRemoved_LeavesTheCopyWhole()
    {
        var artifact = await PutAsync(10_000);
        await BlobCopy.ToFileAsync(Blobs, artifact, Target, Ct);
        var before = await File.ReadAllBytesAsync(Target, Ct);
        await Blobs.DeleteAsync(artifact.BlobName, Ct);
        Assert.Equal(before, await File.ReadAllBytesAsync(Target, Ct));
    }

    [Fact]
    public async Task ToFile_ABlobThatChangedOrIsGone_IsCorrupt()
    {
        var artifact = await PutAsync(10_000);
        var path = Blobs.FileOf(artifact.BlobName);
        var damaged = await File.ReadAllBytesAsync(path, Ct);
        damaged[7_777] ^= 4;
        await File.WriteAllBytesAsync(path, damaged, Ct);
        await Assert.ThrowsAsync<CorruptDataException>(() => BlobCopy.ToFileAsync(Blobs, artifact, Target, Ct));
        await File.WriteAllBytesAsync(path, damaged[..9_999], Ct);
        await Assert.ThrowsAsync<CorruptDataException>(() => BlobCopy.ToFileAsync(Blobs, artifact, Target, Ct));
        File.Delete(path);
        await Assert.ThrowsAsync<CorruptDataException>(() => BlobCopy.ToFileAsync(Blobs, artifact, Target, Ct));
    }

    private async Task<Artifact> PutAsync(int bytes)
    {
        await using var writer = await Blobs.CreateAsync("runs/r/output", Ct);
        var content = new byte[bytes];
        new Random(bytes).NextBytes(content);
        writer.Content.Write(content);
        var info = await writer.CommitAsync(Ct);
        return new Artifact(info.Name, ArtifactKind.Output, info.Bytes, info.Checksum, 1);
    }
}
