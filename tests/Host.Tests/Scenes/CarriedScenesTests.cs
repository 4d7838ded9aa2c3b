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

    [Fact]
    public async Task DecimalsCarriedAndAsKey_AreExact()
    {
        using var scene = SceneFolder.Open("27-decimals");
        (await scene.RunAsync("score", "--model", "model.onnx", "--input", "in.parquet", "--features", "x", "--carry", "amount", "--output", "out")).MustEnd(0);
        (await scene.RunAsync("score", "--model", "model.onnx", "--input", "in.parquet", "--key", "id", "--features", "x", "--output", "out2")).MustEnd(0);

        var (type, amounts) = ScoredColumn.Read(scene["out"], "amount");
        Assert.Equal("FixedLenByteArray Decimal(precision=20, scale=2)", type);
        Assert.Equal(["12345678901234567891", "12345678901234567991", "12345678901234568091"], amounts.Select(a =>
            new System.Numerics.BigInteger((byte[])a!, isUnsigned: false, isBigEndian: true).ToString(System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Equal([0L, 1L, 2L], ScoredColumn.Read(scene["out2"], "id").Values);
    }

    [Fact]
    public async Task UuidKeys_AreTheirText()
    {
        using var scene = SceneFolder.Open("28-uuid-key");
        (await scene.RunAsync("score", "--model", "model.onnx", "--input", "in.parquet", "--key", "id", "--features", "x", "--output", "out")).MustEnd(0);
        Assert.Equal(Enumerable.Range(0, 5).Select(i => (object)$"00000000-0000-4000-8000-{i:D12}"), ScoredColumn.Read(scene["out"], "id").Values);
    }

    [Theory]
    [InlineData("28-uuid-key", "00000000-0000-4000-8000-000000000003")]
    [InlineData("27-decimals", "2")]
    public async Task Keys_AreSpelledAlikeInTwoNightsAndLookUp(string name, string key)
    {
        using var scene = SceneFolder.Open(name);
        File.WriteAllText(scene["job.yaml"], """
            name: keys
            input: in.parquet
            key: id
            model: model.onnx
            features: [x]
            output: night/{run}
            """);
        foreach (var night in new[] { "24", "25" })
        {
            (await scene.RunOnDataAsync("run", "job.yaml", "--as-of", $"2026-11-{night}T02:00:00Z")).MustEnd(0);
            var found = await scene.RunOnDataAsync("lookup", "keys", key, "--json");
            found.MustEnd(0);
            Assert.Equal(key, found.Json()[0].GetProperty("key").ToString());
            Assert.Equal("snapshot", found.Json()[0].GetProperty("source").GetString());
        }
    }

    [Fact]
    public async Task KeysThatChangeFromNumbersToText_AreHeldUnlessAllowed()
    {
        using var numbers = SceneFolder.Open("27-decimals");
        using var texts = SceneFolder.Open("28-uuid-key");
        Directory.CreateDirectory(numbers["in"]);
        File.Copy(numbers["in.parquet"], numbers["in/2026-11-24.parquet"]);
        File.Copy(texts["in.parquet"], numbers["in/2026-11-25.parquet"]);
        File.Copy(texts["in.parquet"], numbers["in/2026-11-26.parquet"]);
        const string job = "name: keys\ninput: in/{date}.parquet\nkey: id\nmodel: model.onnx\nfeatures: [x]\noutput: night/{run}\n";
        File.WriteAllText(numbers["job.yaml"], job);
        (await numbers.RunOnDataAsync("run", "job.yaml", "--as-of", "2026-11-24T02:00:00Z")).MustEnd(0);

        var held = await numbers.RunOnDataAsync("run", "job.yaml", "--as-of", "2026-11-25T02:00:00Z");
        Assert.Equal(1, held.ExitCode);
        Assert.Contains("its keys are text, those that serve are whole numbers", string.Join(' ', held.Output.Split('\n')), StringComparison.Ordinal);
        Assert.Contains("quality.allowChanges", held.Output, StringComparison.Ordinal);
        (await numbers.RunOnDataAsync("lookup", "keys", "2")).MustEnd(0);

        File.WriteAllText(numbers["job.yaml"], job + "quality: { allowChanges: true }\n");
        (await numbers.RunOnDataAsync("run", "job.yaml", "--as-of", "2026-11-26T02:00:00Z")).MustEnd(0);
        (await numbers.RunOnDataAsync("lookup", "keys", "00000000-0000-4000-8000-000000000002")).MustEnd(0);
    }

    /// <summary>What it said on stderr, however its lines were broken.</summary>
    private static string Words(ProgramRun run) => string.Join(' ', run.Errors.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
