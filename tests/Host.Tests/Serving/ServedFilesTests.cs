using BatchEngine.Domain;
using BatchEngine.Host.Composition;
using BatchEngine.Host.Tests.EndToEnd;
using BatchEngine.Host.Tests.Lookup;
using BatchEngine.Storage.Database.Snapshots;

namespace BatchEngine.Host.Tests.Serving;

public sealed class ServedFilesTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Look_AFileBehindWhatIsServedIsDamaged_IsToldOnceAndForgottenWhenMended()
    {
        using var folder = await InputFolder.CreateAsync();
        await using var engine = await ServedJob.PublishAsync(folder);
        var snapshot = (await new SnapshotStore(engine.Database).CurrentAsync(ServedJob.Name, Ct))!;
        IReadOnlyList<SnapshotInfo> served = [snapshot];
        var files = new ServedFiles(() => served, engine.Blobs);
        Assert.Empty(await RoundAsync(files, snapshot));

        var path = engine.Blobs.PlaceOf(snapshot.Segments[^1].Artifact.BlobName);
        var whole = await File.ReadAllBytesAsync(path, Ct);
        var damaged = (byte[])whole.Clone();
        damaged[^50] ^= 1;
        await File.WriteAllBytesAsync(path, damaged, Ct);
        Assert.Contains(path, Assert.Single(await RoundAsync(files, snapshot)), StringComparison.Ordinal);
        Assert.Empty(await RoundAsync(files, snapshot));
        var problem = Assert.Single(files.Problems);
        Assert.Contains($"snapshot {snapshot.Id} of '{ServedJob.Name}'", problem, StringComparison.Ordinal);
        Assert.DoesNotContain(folder["data"], problem, StringComparison.Ordinal);

        await File.WriteAllBytesAsync(path, whole, Ct);
        Assert.Empty(await RoundAsync(files, snapshot));
        Assert.Empty(files.Problems);

        File.Delete(path);
        Assert.Single(await RoundAsync(files, snapshot));
        served = [];
        Assert.Null(await files.LookAsync(Ct));
        Assert.Empty(files.Problems);
    }

    private static async Task<List<string>> RoundAsync(ServedFiles files, SnapshotInfo snapshot)
    {
        var told = new List<string>();
        for (var i = 0; i < snapshot.Segments.Count; i++)
        {
            if (await files.LookAsync(Ct) is { } text)
                told.Add(text);
        }
        return told;
    }
}
