using BatchEngine.Domain;
using BatchEngine.Storage.Blobs;
using BatchEngine.Storage.Blobs.Copies;
using BatchEngine.TestKit.Blobs;
using BatchEngine.TestKit.Folders;

namespace BatchEngine.Storage.Tests.Blobs.Copies;

/// <summary>A store elsewhere, and a folder for copies of what it holds.</summary>
public abstract class CopiesTestBed : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    protected CopiesTestBed()
    {
        Inner = new LocalFolderBlobs(_folder["blobs"]);
        Elsewhere = new ElsewhereBlobs(Inner);
    }

    protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    protected LocalFolderBlobs Inner { get; }

    protected ElsewhereBlobs Elsewhere { get; }

    protected string CopiesFolder => _folder["copies"];

    /// <summary>What a process that starts now uses.</summary>
    protected LocalCopies CreateSut(long? limit = null) => new(Elsewhere, CopiesFolder, limit);

    protected async Task<Artifact> PutAsync(string name, int bytes)
    {
        var content = new byte[bytes];
        new Random(name.Sum(c => c) * 31 + bytes).NextBytes(content);
        await using var writer = await Inner.CreateAsync(name, Ct);
        await writer.Content.WriteAsync(content, Ct);
        var info = await writer.CommitAsync(Ct);
        return new Artifact(name, ArtifactKind.Segment, info.Bytes, info.Checksum, 0);
    }

    protected async Task MustHoldAsync(LocalCopies copies, Artifact artifact)
    {
        using var copy = await copies.HoldAsync(artifact, Ct);
        await MustBeAsync(copy, artifact);
    }

    protected async Task MustBeAsync(LocalCopy copy, Artifact artifact) =>
        Assert.Equal(await File.ReadAllBytesAsync(Inner.FileOf(artifact.BlobName), Ct), await File.ReadAllBytesAsync(copy.Path, Ct));

    /// <summary>How many copies there are that one could hold.</summary>
    protected int Kept() => Directory.EnumerateDirectories(CopiesFolder).Count(d => Path.GetFileName(d) != "partial");

    /// <summary>What was left below "partial" that nobody works on.</summary>
    protected int Leftovers() => Directory.EnumerateDirectories(Path.Combine(CopiesFolder, "partial")).Count();

    protected static void FlipAByte(string path)
    {
        var bytes = File.ReadAllBytes(path);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(path, bytes);
    }

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }
}
