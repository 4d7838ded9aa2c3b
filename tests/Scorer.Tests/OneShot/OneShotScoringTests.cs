using System.Globalization;
using System.Text.Json;
using BatchEngine.Domain;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.OneShot;
using BatchEngine.Scorer.Tests.Execution;
using BatchEngine.Scorer.Tests.Inputs;
using BatchEngine.TestKit.Folders;
using Microsoft.Extensions.Time.Testing;
using ParquetSharp;

namespace BatchEngine.Scorer.Tests.OneShot;

public sealed class OneShotScoringTests
{
    private static readonly DateTimeOffset s_at = new(2026, 11, 23, 2, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Housing_ScoredOnce_GivesTheTrainersPredictionsForEveryRow()
    {
        var input = Fixture.Shared("housing/housing.parquet");
        var expected = File.ReadLines(Fixture.Shared("housing/housing_expected.csv")).Skip(1).Select(l => l.Split(','))
            .ToDictionary(f => long.Parse(f[0], CultureInfo.InvariantCulture), f => float.Parse(f[1], CultureInfo.InvariantCulture));
        using var folder = new TemporaryFolder();
        var options = new OneShotOptions(Fixture.Shared("housing/housing_hgb.onnx"), [input], folder.File("out"))
        {
            KeyColumn = "district_id",
            Features = FeatureSpec.AsIs(
                ["longitude", "latitude", "housing_median_age", "total_rooms", "total_bedrooms", "population", "households", "median_income"]),
            Workers = 2,
        };
        var result = await OneShotScoring.RunAsync(options, null, TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.Equal(new RowCounts(20_640, 20_640, 0, 0), result.Counts);
        var rows = ReadOutput(result);
        Assert.Equal(20_640, rows.Count);
        foreach (var (key, value) in rows)
            Assert.Equal(expected[key], value, Math.Abs(expected[key]) * 1e-5f);
    }

    [Theory]
    [InlineData(1, 7, 20)]
    [InlineData(3, 7, 20)]
    [InlineData(2, 1000, 1_000_000)]
    public async Task Rows_WhateverWorkersAndUnits_ComeOutOnceWithTheirOwnKeys(int workers, int unitRows, int rowsPerFile)
    {
        using var folder = new TemporaryFolder();
        WriteInput(folder.File("in/a.parquet"), 0, 50);
        WriteInput(folder.File("in/b.parquet"), 50, 13);
        var result = await ScoreAsync(folder, o => o with { Workers = workers, UnitRows = unitRows, RowsPerFile = rowsPerFile });
        var rows = ReadOutput(result);
        Assert.Equal(63, rows.Count);
        Assert.All(rows, r => Assert.Equal((111f * r.Key) + 0.5f, r.Value));
        Assert.Equal(Enumerable.Range(0, 63).Select(i => (long)i), rows.Keys.Order());
    }

    [Fact]
    public async Task SameInput_ScoredTwice_GivesTheSameBytes()
    {
        using var folder = new TemporaryFolder();
        WriteInput(folder.File("in/a.parquet"), 0, 50);
        var first = await ScoreAsync(folder, o => o with { OutputDirectory = folder.File("one"), Workers = 1 });
        var second = await ScoreAsync(folder, o => o with { OutputDirectory = folder.File("two"), Workers = 1 });
        Assert.Equal(first.Files, second.Files);
        Assert.All(first.Files, f =>
            Assert.Equal(File.ReadAllBytes(Path.Combine(first.OutputDirectory, f.BlobName)),
            File.ReadAllBytes(Path.Combine(second.OutputDirectory, f.BlobName))));
    }

    [Fact]
    public async Task BadRows_GoToTheDeadLettersWithTheirPlaceAndReason()
    {
        using var folder = new TemporaryFolder();
        ParquetFiles.Write(folder.File("in/a.parquet"),
        [
            ParquetFiles.Data.Of("id", new string?[] { "k0", "", null, "k3", "k4", new string('x', 257), "k6" }),
            ParquetFiles.Data.Of("a", new[] { 1f, 1, 1, float.NaN, 1, 1, 1 }),
            ParquetFiles.Data.Of("b", new[] { 1f, 1, 1, 1, float.PositiveInfinity, 1, 1 }),
            ParquetFiles.Data.Of("c", new float?[] { 1f, 1, 1, 1, 1, 1, 1 }),
        ], rowsPerGroup: 4);
        var result = await ScoreAsync(folder, o => o with { Rejects = new RejectBudget(100, 1) });
        Assert.Equal(new RowCounts(7, 2, 0, 5), result.Counts);
        var dead = result.Files.Where(f => f.Kind == ArtifactKind.DeadLetters).SelectMany(f => ReadDead(Path.Combine(result.OutputDirectory, f.BlobName)))
            .OrderBy(d => d.Row).ToArray();
        Assert.Equal([(0L, 1L, "KeyEmpty"), (0L, 2L, "KeyMissing"), (0L, 3L, "FeatureMissing"), (1L, 4L, "FeatureInfinite"), (1L, 5L, "KeyTooLong")], dead);
    }

    [Fact]
    public async Task Trees_TakeMissingValues()
    {
        using var folder = new TemporaryFolder();
        ParquetFiles.Write(folder.File("in/a.parquet"),
        [
            ParquetFiles.Data.Of("id", new[] { 1L, 2 }), ParquetFiles.Data.Of("a", new float?[] { null, 1f }), ParquetFiles.Data.Of("b", new[] { 1f, 1 }),
                ParquetFiles.Data.Of("c", new[] { 1f, 1 }),
        ]);
        var result = await ScoreAsync(folder, o => o with { ModelPath = Fixture.Path("stump") });
        Assert.Equal([20f, 10f], ReadOutput(result).OrderBy(r => r.Key).Select(r => r.Value));
    }

    [Fact]
    public async Task CarriedDatesAndInstants_ComeBackAsTheyWere_MissingOnesIncluded()
    {
        using var folder = new TemporaryFolder();
        var days = new ParquetSharp.Date?[] { new(1969, 12, 31), null, new(2026, 11, 25) };
        var instants = new DateTime?[] { new(1960, 1, 1, 0, 0, 0, 1, DateTimeKind.Utc), new(2026, 11, 25, 2, 3, 4, DateTimeKind.Utc), null };
        ParquetFiles.Write(folder.File("in/a.parquet"),
        [
            ParquetFiles.Data.Of("id", new[] { 1L, 2, 3 }), ParquetFiles.Data.Of("a", new[] { 1f, 2, 3 }), ParquetFiles.Data.Of("b", new[] { 1f, 1, 1 }),
                ParquetFiles.Data.Of("c", new[] { 1f, 1, 1 }),
            ParquetFiles.Data.Of("day", days),
                ParquetFiles.Data.Of("at", instants, ParquetSharp.LogicalType.Timestamp(isAdjustedToUtc: true, ParquetSharp.TimeUnit.Micros)),
        ]);
        var result = await ScoreAsync(folder, o => o with { CarriedColumns = ["day", "at"] });
        using var file = new ParquetSharp.ParquetFileReader(Path.Combine(result.OutputDirectory, result.Files.Single().BlobName));
        using var group = file.RowGroup(0);
        Assert.Equal(days, group.Column(1).LogicalReader<ParquetSharp.Date?>().ReadAll(3));
        Assert.Equal(instants, group.Column(2).LogicalReader<DateTime?>().ReadAll(3));

        // Readers leave out row groups by the statistics, so these must be in the column's unit as well.
        using var chunk = group.MetaData.GetColumnChunkMetaData(2);
        using var statistics = (ParquetSharp.Statistics<long>)chunk.Statistics!;
        Assert.Equal((instants[0]!.Value - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond, statistics.Min);
        Assert.Equal((instants[1]!.Value - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond, statistics.Max);
    }

    [Fact]
    public async Task TextBeyondWhatTheMemoryLimitCounts_IsRefusedWithItsColumn()
    {
        using var folder = new TemporaryFolder();
        var names = Enumerable.Range(0, 100).Select(_ => new string('x', 1_000)).ToArray();
        ParquetFiles.Write(folder.File("in/a.parquet"),
        [
            ParquetFiles.Data.Of("id", Enumerable.Range(0, 100).Select(i => (long)i).ToArray()), ParquetFiles.Data.Of("a", new float[100]),
                ParquetFiles.Data.Of("b", new float[100]), ParquetFiles.Data.Of("c", new float[100]),
            ParquetFiles.Data.Of("name", names),
        ]);
        Assert.Equal(100, (await ScoreAsync(folder, o => o with { CarriedColumns = ["name"], OutputDirectory = folder.File("free") })).Counts.Scored);
        var failure = await Assert.ThrowsAsync<BadInputException>(() =>
            ScoreAsync(folder, o => o with { CarriedColumns = ["name"], MemoryLimitBytes = 16L << 30 }));
        Assert.Contains("column 'name'", failure.Message, StringComparison.Ordinal);
        Assert.Contains("memory limit", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NonFiniteOutput_IsRejected_AndTooManyFailWithoutLeavingAnything()
    {
        using var folder = new TemporaryFolder();
        WriteInput(folder.File("in/a.parquet"), 0, 10); // row 0 has a = 0
        var result = await ScoreAsync(folder, o => o with { ModelPath = Fixture.Path("reciprocal"), Rejects = new RejectBudget(1, 1) });
        Assert.Equal(1, result.Counts.Rejected);
        var failure = await Assert.ThrowsAsync<RejectBudgetExceededException>(() =>
            ScoreAsync(folder, o => o
                with
            { ModelPath = Fixture.Path("reciprocal"), OutputDirectory = folder.File("strict"), Rejects = new RejectBudget(0, 1) }));
        Assert.Contains("OutputNotFinite", failure.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.File("strict")));
    }

    // One bad row in each of two parts: neither part exceeds the budget alone.
    [Fact]
    public async Task RejectBudget_ExceededOverAllParts_NamesARow()
    {
        using var folder = new TemporaryFolder();
        WriteInput(folder.File("in/a.parquet"), 0, 10);
        WriteInput(folder.File("in/b.parquet"), 0, 10);
        var failure = await Assert.ThrowsAsync<RejectBudgetExceededException>(() =>
            ScoreAsync(folder, o => o
                with
            { ModelPath = Fixture.Path("reciprocal"), OutputDirectory = folder.File("strict"), Rejects = new RejectBudget(1, 1) }));
        Assert.Matches(@"in/[ab]\.parquet.*row 0.*OutputNotFinite", failure.Message);
    }

    [Fact]
    public async Task OutputDirectory_WithAnEarlierResult_IsRefused()
    {
        using var folder = new TemporaryFolder();
        WriteInput(folder.File("in/a.parquet"), 0, 10);
        await ScoreAsync(folder, o => o);
        var failure = await Assert.ThrowsAsync<BadInputException>(() => ScoreAsync(folder, o => o));
        Assert.Contains("earlier result", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NoKeyAndNoFeatures_TakesRowNumbersAndTheNumberedColumns()
    {
        using var folder = new TemporaryFolder();
        ParquetFiles.Write(folder.File("in/a.parquet"),
        [
            ParquetFiles.Data.Of("f1", new[] { 0f, 1, 2 }), ParquetFiles.Data.Of("name", new[] { "x", "y", "z" }),
                ParquetFiles.Data.Of("f2", new[] { 0.0, 1, 2 }), ParquetFiles.Data.Of("f3", new[] { 0, 1, 2 }),
        ]);
        var result = await ScoreAsync(folder, o => o with { KeyColumn = null, Features = null, CarriedColumns = ["name"] });
        var rows = ReadOutput(result, "row_number");
        Assert.Equal([0.5f, 111.5f, 222.5f], rows.OrderBy(r => r.Key).Select(r => r.Value));
        var manifest = JsonDocument.Parse(File.ReadAllText(Path.Combine(result.OutputDirectory, "_manifest.json"))).RootElement;
        Assert.Equal(["row_number", "name", "y", "model_version", "run_id", "scored_at"], manifest.GetProperty("columns").EnumerateArray()
            .Select(c => c.GetString()!));
        Assert.Equal(3, manifest.GetProperty("rows").GetProperty("read").GetInt64());
        var file = Assert.Single(manifest.GetProperty("files").EnumerateArray());
        Assert.Equal(result.Files[0].Checksum, ulong.Parse(file.GetProperty("xxh3").GetString()!, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task NumericColumns_OfAnotherNumber_AreRefusedWithAdvice()
    {
        using var folder = new TemporaryFolder();
        ParquetFiles.WriteCounting(folder.File("in/a.parquet"), 3);
        var failure = await Assert.ThrowsAsync<BadInputException>(() => ScoreAsync(folder, o => o with { KeyColumn = null, Features = null }));
        Assert.Contains("--features", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancellation_LeavesNothing()
    {
        using var folder = new TemporaryFolder();
        WriteInput(folder.File("in/a.parquet"), 0, 100);
        using var stop = new CancellationTokenSource();
        var progress = new Reporter(_ => stop.Cancel());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            OneShotScoring.RunAsync(Options(folder) with { UnitRows = 5 }, progress, TimeProvider.System, stop.Token));
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.File("out")));
    }

    private static OneShotOptions Options(TemporaryFolder folder) => new(Fixture.Path("linear"), [folder.File("in/*.parquet")], folder.File("out"))
    {
        KeyColumn = "id",
        Features = FeatureSpec.AsIs(["a", "b", "c"]),
        Execution = ExecutorOptions.Default with { SubBatchRows = 4 },
    };

    private static Task<OneShotResult> ScoreAsync(TemporaryFolder folder, Func<OneShotOptions, OneShotOptions> change) =>
        OneShotScoring.RunAsync(change(Options(folder)), null, new FakeTimeProvider(s_at), TestContext.Current.CancellationToken);

    private static void WriteInput(string path, int from, int rows)
    {
        var values = Enumerable.Range(from, rows).Select(i => (float)i).ToArray();
        ParquetFiles.Write(path,
            [ParquetFiles.Data.Of("id", Array.ConvertAll(values, v => (long)v)), ParquetFiles.Data.Of("a", values), ParquetFiles.Data.Of("b", values),
            ParquetFiles.Data.Of("c", values)],
            rowsPerGroup: 17);
    }

    private static Dictionary<long, float> ReadOutput(OneShotResult result, string key = "id")
    {
        var rows = new Dictionary<long, float>();
        foreach (var file in result.Files.Where(f => f.Kind == ArtifactKind.Output))
        {
            using var reader = new ParquetFileReader(Path.Combine(result.OutputDirectory, file.BlobName));
            var outputIndex = Enumerable.Range(0, reader.FileMetaData.NumColumns).First(i => reader.FileMetaData.Schema.Column(i).Name == "model_version") - 1;
            for (var g = 0; g < reader.FileMetaData.NumRowGroups; g++)
            {
                using var group = reader.RowGroup(g);
                var count = (int)group.MetaData.NumRows;
                var keys = group.Column(0).LogicalReader<long>().ReadAll(count);
                var values = group.Column(outputIndex).LogicalReader<float>().ReadAll(count);
                for (var i = 0; i < count; i++)
                    rows.Add(keys[i], values[i]);
            }
        }
        return rows;
    }

    private static IEnumerable<(long RowGroup, long Row, string Reason)> ReadDead(string path)
    {
        using var reader = new ParquetFileReader(path);
        using var group = reader.RowGroup(0);
        var count = (int)group.MetaData.NumRows;
        var groups = group.Column(1).LogicalReader<long>().ReadAll(count);
        var rows = group.Column(2).LogicalReader<long>().ReadAll(count);
        var reasons = group.Column(4).LogicalReader<string>().ReadAll(count);
        return [.. Enumerable.Range(0, count).Select(i => (groups[i], rows[i], reasons[i]))];
    }

    private sealed class Reporter(Action<OneShotProgress> act) : IProgress<OneShotProgress>
    {
        public void Report(OneShotProgress value) => act(value);
    }
}
