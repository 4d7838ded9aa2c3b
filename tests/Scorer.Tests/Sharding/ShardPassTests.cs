using BatchEngine.Domain;
using BatchEngine.Scorer.Sharding;
using BatchEngine.Scorer.Units;
using BatchEngine.Storage.Snapshots.RunFiles;
using BatchEngine.TestKit.Snapshots;
using ParquetSharp;

namespace BatchEngine.Scorer.Tests.Sharding;

public sealed class ShardPassTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Shard_ScoredInOneGo_GivesAReceiptThatAddsUpAndDurableArtifacts()
    {
        using var fixture = await ShardFixture.CreateAsync();
        var blobs = fixture.Blobs("blobs");
        var sink = new RecordedProgress();
        var receipt = await FinishAsync(fixture.Work(blobs), sink);
        Assert.Equal(new RowCounts(60, 60, 0, 0), receipt.Final.Counts);
        // Units of 7, 7, 3, 7, 7, 3, 6 and 7, 7, 3, 3 rows: a file ends with the first unit that reaches 20.
        Assert.Equal([24L, 23L, 13L], receipt.Final.Artifacts.Where(a => a.Kind == ArtifactKind.Output).Select(a => a.Rows));
        Assert.Equal(60, receipt.Final.Artifacts.Where(a => a.Kind == ArtifactKind.RunFile).Sum(a => a.Rows));
        foreach (var artifact in receipt.Final.Artifacts)
            await blobs.VerifyAsync(artifact.BlobName, artifact.Bytes, artifact.Checksum, Ct);
        foreach (var artifact in receipt.Final.Artifacts.Where(a => a.Kind == ArtifactKind.RunFile))
        {
            var run = VerifiedRunFile.Read(RunFileSource.FromPath(blobs.FileOf(artifact.BlobName)));
            Assert.Equal((KeyKind.Utf8, 1, 4, artifact.Rows), (run.KeyKind, run.OutputCount, run.PartitionCount, run.Rows));
        }
        Assert.Equal(60, sink.Reported[^1].Read);
    }

    [Fact]
    public async Task Shard_InterruptedAfterEveryUnit_ComesOutAsIfNothingHadHappened()
    {
        using var fixture = await ShardFixture.CreateAsync();
        var whole = await FinishAsync(fixture.Work(fixture.Blobs("whole")), new RecordedProgress());
        var blobs = fixture.Blobs("pieces");
        var from = Checkpoint.Start;
        for (var fence = 1; ; fence++)
        {
            Assert.InRange(fence, 1, 20);
            using var interruption = new CancellationTokenSource();
            var sink = new RecordedProgress { OnReport = _ => interruption.Cancel(), Stop = interruption.Token };
            var outcome = await ShardPass.RunAsync(fixture.Work(blobs, from, fence), sink, Ct);
            if (outcome is ShardEnding.Finished finished)
            {
                Assert.Equal(Rows(fixture, "whole", whole.Final), Rows(fixture, "pieces", finished.Receipt.Final));
                Assert.Equal(whole.Final.Counts, finished.Receipt.Final.Counts);
                Assert.Equal(whole.Final.Profiles.Select(Text), finished.Receipt.Final.Profiles.Select(Text));
                return;
            }
            var saved = Assert.IsType<ShardEnding.Stopped>(outcome).Saved;
            Assert.Equal(from.NextUnitIndex + 1, saved.NextUnitIndex);
            from = saved;
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Shard_AbandonedAndResumedFromItsLastCheckpoint_EqualsTheUninterruptedOne(int checkpoints)
    {
        using var fixture = await ShardFixture.CreateAsync();
        var whole = await FinishAsync(fixture.Work(fixture.Blobs("whole")), new RecordedProgress());
        using var stop = new CancellationTokenSource();
        var saves = 0;
        var first = new RecordedProgress { OnReport = _ => { if (saves == checkpoints) stop.Cancel(); }, OnSave = _ => saves++ };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ShardPass.RunAsync(fixture.Work(fixture.Blobs("again")), first, stop.Token));
        Assert.Equal(checkpoints, first.Saved.Count);
        var receipt = await FinishAsync(fixture.Work(fixture.Blobs("again"), first.Saved[^1], 2), new RecordedProgress());
        Assert.Equal(Rows(fixture, "whole", whole.Final), Rows(fixture, "again", receipt.Final));
        // The files after the checkpoint have the very bytes they would have had; only the fence in the name differs.
        Assert.Equal(whole.Final.Artifacts.Select(a => (a.Kind, a.Bytes, a.Checksum, a.Rows)),
            receipt.Final.Artifacts.Select(a => (a.Kind, a.Bytes, a.Checksum, a.Rows)));
        Assert.Empty(Uncommitted(fixture.Folder("again")));
    }

    [Fact]
    public async Task Shard_WhoseFenceIsLost_StopsAndRemovesItsOwnUnacceptedFiles()
    {
        using var fixture = await ShardFixture.CreateAsync();
        var saves = 0;
        var sink = new RecordedProgress
        {
            OnSave = _ =>
            {
                if (++saves == 2)
                    throw new FenceLostException(fixture.Plan.Run, 0, new FenceToken(1));
            },
        };
        var blobs = fixture.Blobs("blobs");
        await Assert.ThrowsAsync<FenceLostException>(() => ShardPass.RunAsync(fixture.Work(blobs), sink, Ct));
        var left = new List<string>();
        await foreach (var blob in blobs.ListAsync("", Ct))
            left.Add(blob.Name);
        Assert.Equal(sink.Saved[0].Artifacts.Select(a => a.BlobName).Order(StringComparer.Ordinal), left.Order(StringComparer.Ordinal));
        Assert.Empty(Uncommitted(fixture.Folder("blobs")));
    }

    [Fact]
    public async Task Shard_OverItsRejectBudget_FailsAfterSavingTheDeadLetters()
    {
        using var fixture = await ShardFixture.CreateAsync(rejects: new RejectBudget(0, 1), badRow: 45);
        var sink = new RecordedProgress();
        var failure = await Assert.ThrowsAsync<RejectBudgetExceededException>(() => ShardPass.RunAsync(fixture.Work(fixture.Blobs("blobs")), sink, Ct));
        Assert.Contains("b.parquet, row group 0, row 5", failure.Message, StringComparison.Ordinal);
        Assert.Contains(sink.Saved[^1].Artifacts, a => a.Kind == ArtifactKind.DeadLetters && a.Rows == 1);
        // Resuming does not make it good.
        await Assert.ThrowsAsync<RejectBudgetExceededException>(() =>
            ShardPass.RunAsync(fixture.Work(fixture.Blobs("blobs"), sink.Saved[^1], 2), new RecordedProgress(), Ct));
    }

    [Fact]
    public async Task Shard_WithOneBadRow_ScoresTheOthers()
    {
        using var fixture = await ShardFixture.CreateAsync(rejects: new RejectBudget(10, 0.5), badRow: 45);
        var receipt = await FinishAsync(fixture.Work(fixture.Blobs("blobs")), new RecordedProgress());
        Assert.Equal(new RowCounts(60, 59, 0, 1), receipt.Final.Counts);
        var rows = Rows(fixture, "blobs", receipt.Final);
        Assert.Equal(59, rows.Count);
        Assert.DoesNotContain(rows, r => r.Key == "key-45");
        Assert.Equal(59, receipt.Final.Artifacts.Where(a => a.Kind == ArtifactKind.RunFile).Sum(a => a.Rows));
    }

    [Fact]
    public async Task Shard_OfAFileThatChangedSincePlanning_IsRefused()
    {
        using var fixture = await ShardFixture.CreateAsync();
        File.Copy(fixture.Plan.Manifest.Files[0].Path, fixture.Plan.Manifest.Files[1].Path, overwrite: true);
        await Assert.ThrowsAsync<BadInputException>(() => ShardPass.RunAsync(fixture.Work(fixture.Blobs("blobs")), new RecordedProgress(), Ct));
        Assert.Empty(Uncommitted(fixture.Folder("blobs")));
    }

    [Fact]
    public void Units_NeverStraddleRowGroups_AndCoverEveryRowOnce()
    {
        RowGroupSize[] groups = [new(10, 1), new(0, 1), new(7, 1), new(3, 1)];
        var manifest = new InputManifest([new InputFile("a", 1, "t", groups), new InputFile("b", 1, "t", groups)], []);
        var units = UnitCuts.OfManifest(manifest, 4).ToArray();
        Assert.Equal([4, 4, 2, 4, 3, 3, 4, 4, 2, 4, 3, 3], units.Select(u => u.Rows));
        Assert.Equal(Enumerable.Range(0, 12), units.Select(u => u.Index));
        Assert.Equal(units.Select((u, i) => (long)units.Take(i).Sum(v => v.Rows)), units.Select(u => u.FirstRowNumber));
        Assert.Equal([0L, 4, 8, 10, 14, 17], units.Where(u => u.FileIndex == 1).Select(u => u.FirstRowInFile));
    }

    private static async Task<ShardReceipt> FinishAsync(ShardWork work, RecordedProgress sink) =>
        Assert.IsType<ShardEnding.Finished>(await ShardPass.RunAsync(work, sink, Ct)).Receipt;

    private static string[] Uncommitted(string root) =>
        Directory.Exists(Path.Combine(root, ".uncommitted")) ? Directory.GetFiles(Path.Combine(root, ".uncommitted"), "*", SearchOption.AllDirectories) : [];

    private static string Text(ColumnProfile p) =>
        $"{p.Edges.Column} {p.IsOutput} {string.Join(',', p.Counts)} {p.Missing} {p.Min:R} {p.Max:R} {p.Sum:R} {p.SumOfSquares:R}";

    private static List<(string Key, string? Carried, float Value, string Model, string Run)> Rows(ShardFixture fixture, string store, Checkpoint final)
    {
        var rows = new List<(string, string?, float, string, string)>();
        foreach (var artifact in final.Artifacts.Where(a => a.Kind == ArtifactKind.Output))
        {
            using var reader = new ParquetFileReader(Path.Combine(fixture.Folder(store), artifact.BlobName));
            for (var g = 0; g < reader.FileMetaData.NumRowGroups; g++)
            {
                using var group = reader.RowGroup(g);
                var count = (int)group.MetaData.NumRows;
                var keys = group.Column(0).LogicalReader<string>().ReadAll(count);
                var names = group.Column(1).LogicalReader<string?>().ReadAll(count);
                var values = group.Column(2).LogicalReader<float>().ReadAll(count);
                var models = group.Column(3).LogicalReader<string>().ReadAll(count);
                var runs = group.Column(4).LogicalReader<string>().ReadAll(count);
                for (var i = 0; i < count; i++)
                    rows.Add((keys[i], names[i], values[i], models[i], runs[i]));
            }
        }
        return rows;
    }
}
