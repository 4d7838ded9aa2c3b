using BatchEngine.Host.Tests.EndToEnd;

namespace BatchEngine.Host.Tests.Scenes;

/// <summary>What comes out of a table as it went in, or is refused.</summary>
[Collection(ProcessesCollection.Name)]
public sealed class CarriedScenesTests
{
    [Fact]
    public async Task PageWhoseChecksumDoesNotMatch_IsRefusedWithFileRowGroupAndColumn()
    {
        using var scene = SceneFolder.Open("18-page-checksum");
        var run = await scene.RunAsync("score", "--model", "model.onnx", "--input", "in.parquet", "--key", "id", "--output", "out");
        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("in.parquet, row group 0, column 'x'", Words(run), StringComparison.Ordinal);
        Assert.Contains("checksum does not match", Words(run), StringComparison.Ordinal);
        Assert.False(File.Exists(scene["out/_manifest.json"]));
    }

    /// <summary>What it said on stderr, however its lines were broken.</summary>
    private static string Words(ProgramRun run) => string.Join(' ', run.Errors.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
