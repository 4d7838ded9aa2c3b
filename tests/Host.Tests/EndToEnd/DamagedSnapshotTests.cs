using BatchEngine.Host.Tests.Lookup;
using BatchEngine.Storage.Database.Snapshots;

namespace BatchEngine.Host.Tests.EndToEnd;

/// <summary>Nobody lets a snapshot serve that no router could open.</summary>
[Collection(ProcessesCollection.Name)]
public sealed class DamagedSnapshotTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Rollback_ToASnapshotWithADamagedOrMissingFile_IsRefusedAndChangesNothing(bool isMissing)
    {
        using var folder = await InputFolder.CreateAsync();
        string segment;
        long first;
        await using (var engine = await ServedJob.PublishAsync(folder))
        {
            var snapshots = new SnapshotStore(engine.Database);
            var before = (await snapshots.CurrentAsync(ServedJob.Name, Ct))!;
            (first, segment) = (before.Id, engine.Blobs.PlaceOf(before.Segments[0].Artifact.BlobName));
            await InputFolder.WriteAsync(folder.Good, 1_990);
            await ServedJob.NightAsync(engine, folder, 1);
            Assert.NotEqual(first, (await snapshots.CurrentAsync(ServedJob.Name, Ct))!.Id);
        }
        if (isMissing)
            File.Delete(segment);
        else
            await FlipAsync(segment);
        foreach (var command in (string[][])[["snapshots", "rollback", ServedJob.Name], ["snapshots", "publish", $"{first}"]])
        {
            var run = await ProgramRun.RunAsync([.. command, "--data", folder["data"]]);
            run.MustEnd(1, $"snapshot {first} of '{ServedJob.Name}'", segment, "nothing was changed");
        }
        await using var after = await ServedJob.OpenAsync(folder);
        Assert.NotEqual(first, (await new SnapshotStore(after.Database).CurrentAsync(ServedJob.Name, Ct))!.Id);
    }

    private static async Task FlipAsync(string path)
    {
        await using var file = new FileStream(path, FileMode.Open);
        file.Position = file.Length / 2;
        var value = file.ReadByte();
        file.Position--;
        file.WriteByte((byte)(value ^ 1));
    }
}
