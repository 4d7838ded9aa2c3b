using BatchEngine.Host.Tests.Lookup;

namespace BatchEngine.Host.Tests.EndToEnd;

[Collection(ProcessesCollection.Name)]
public sealed class DoctorSnapshotsTests
{
    [Fact]
    public async Task Doctor_AServedSegmentWasDamaged_SaysWhichSnapshotAndWhatToDo()
    {
        using var folder = await InputFolder.CreateAsync();
        string segment;
        await using (var engine = await ServedJob.PublishAsync(folder))
            segment = Directory.GetFiles(engine.Configuration.Blobs, "*", SearchOption.AllDirectories)
                .First(f => f.Contains("segment", StringComparison.Ordinal));
        Assert.Contains("every byte verified", (await ProgramRun.RunAsync("doctor", "--data", folder["data"])).Output, StringComparison.Ordinal);
        await using (var file = new FileStream(segment, FileMode.Open))
        {
            file.Position = file.Length / 2;
            file.WriteByte(0x5a);
            file.WriteByte(0xa5);
        }
        var run = await ProgramRun.RunAsync("doctor", "--data", folder["data"]);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("snapshots rollback served", run.Output.ReplaceLineEndings(" "), StringComparison.Ordinal);
    }
}
