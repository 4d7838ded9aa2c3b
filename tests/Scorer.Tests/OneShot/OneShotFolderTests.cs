using BatchEngine.Domain;
using BatchEngine.Scorer.OneShot;
using BatchEngine.Scorer.Outputs;
using BatchEngine.TestKit.Folders;

namespace BatchEngine.Scorer.Tests.OneShot;

public sealed class OneShotFolderTests : IDisposable
{
    private readonly TemporaryFolder _root = new();

    private static OutputManifest Manifest => new("score", "m@1", "", "", [], "id", DateTimeOffset.UnixEpoch, [], new OutputManifest.RowTally(2, 2, 0, 0), []);

    private string Out => _root["out"];

    public void Dispose() => _root.Dispose();

    [Fact]
    public void Take_HeldByAnother_SaysSo()
    {
        using var held = OneShotFolder.Take(Out);
        Assert.Contains("another scoring", Assert.Throws<BadInputException>(() => OneShotFolder.Take(Out)).Message, StringComparison.Ordinal);
    }

    // A folder that cannot be written for another reason was said to be another scoring's, and stayed locked.
    [Fact]
    public void Take_NoRoomForItsFiles_NamesTheCauseAndLetsGo()
    {
        Directory.CreateDirectory(Out);
        var inTheWay = Path.Combine(Out, ".incomplete");
        File.WriteAllText(inTheWay, "");
        var failure = Assert.Throws<StorageFailedException>(() => OneShotFolder.Take(Out));
        Assert.DoesNotContain("another scoring", failure.Message, StringComparison.Ordinal);
        File.Delete(inTheWay);
        OneShotFolder.Take(Out).Dispose();
    }

    [Fact]
    public void Publish_AFileThatCannotBeMoved_LeavesNothingBehind()
    {
        using var folder = OneShotFolder.Take(Out);
        File.WriteAllText(Path.Combine(folder.Temporary, "part-0.parquet"), "a");
        Artifact[] files = [new("part-0.parquet", ArtifactKind.Output, 1, 0, 1), new("gone.parquet", ArtifactKind.Output, 1, 0, 1)];
        Assert.Throws<StorageFailedException>(() => folder.Publish(files, Manifest));
        Assert.Empty(Directory.EnumerateFiles(Out, "*.parquet"));
        Assert.False(File.Exists(Path.Combine(Out, OutputManifest.FileName)));
    }
}
