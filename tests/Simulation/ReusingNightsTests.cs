using BatchEngine.Domain;
using BatchEngine.Storage.Database.Runs;
using BatchEngine.Storage.Database.Snapshots;
using BatchEngine.TestKit.Folders;

namespace BatchEngine.Simulation;

/// <summary>Delta scoring publishes the very bytes of a full run, whatever changed, whatever interrupted it. Replay one with: dotnet run --project
/// tests/Simulation -- --filter-class "*ReusingNightsTests".</summary>
public sealed class ReusingNightsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData(1, false, false)]
    [InlineData(2, true, false)]
    [InlineData(3, false, true)]
    [InlineData(4, true, true)]
    public async Task Nights_OverAChangingTable_PublishTheSameBytesAsFullRuns(int seed, bool hasTextKeys, bool interrupted)
    {
        var (table, reusing, full) = await TableAsync(seed, hasTextKeys);
        var interruptions = interrupted ? new Random(seed) : null;
        var total = default(RowCounts);
        for (var night = 0; night < 8; night++)
        {
            var expected = await full.RunAsync(night, full: true);
            var seen = await reusing.RunAsync(night, full: false, interruptions);
            MustEqual(expected, seen, $"seed {seed}, night {night}");
            total += seen.Counts;
            await table.ChangeAsync();
        }

        Assert.True(total.Reused > total.Scored, $"seed {seed}: {total}, so that little of this tested reuse");
        Assert.True(total.Scored > 0 && total.Rejected > 0, $"seed {seed}: {total}");
    }

    [Theory]
    [InlineData(7, false, false, false)]
    [InlineData(8, true, true, false)]
    [InlineData(9, true, false, true)]
    public async Task Nights_WithAForestThatGrows_PublishTheSameBytesAsFullRuns(int seed, bool isClassifier, bool hasTextKeys, bool interrupted)
    {
        var (table, reusing, full) = await TableAsync(seed, hasTextKeys);
        reusing.KeepsSums = full.KeepsSums = isClassifier;
        // Nights 0 and 1: 400 trees; 2 and 3: 60 more; 4: 40 more; 5: another forest; 6: trees for that.
        (int Seed, int Trees)[] models = [(1, 400), (1, 400), (1, 460), (1, 460), (1, 500), (2, 300), (2, 330)];
        for (var night = 0; night < models.Length; night++)
        {
            reusing.Model = full.Model = GrowingForest.Write(_folder.Path, models[night].Seed, models[night].Trees, isClassifier);
            var expected = await full.RunAsync(night, full: true);
            var seen = await reusing.RunAsync(night, full: false, interrupted ? new Random(seed) : null);
            MustEqual(expected, seen, $"seed {seed}, night {night}");
            var reuse = (await reusing.AskAsync(e => new RunStore(e.Database).PlanAsync(ReusingNights.RunOf(night), CancellationToken.None)))!.Reuse;
            Assert.Equal(night switch { 2 => (400, 460), 4 => (460, 500), 6 => (300, 330), _ => (0, 0) },
                (reuse.Grown?.ParentTrees ?? 0, reuse.Grown?.Trees ?? 0));
            Assert.True(night is 0 or 5 ? reuse.Base is null && seen.Counts.Reused == 0
                : seen.Counts.Reused > 0, $"seed {seed}, night {night}: {reuse.Reason}, {seen.Counts}");
            if (night != 3)
                await table.ChangeAsync();
        }
    }

    [Fact]
    public async Task Night_WithAForestThatGrowsButWhoseSumsWereNotKept_ScoresEveryRowAndSaysHowToKeepThem()
    {
        var (_, reusing, _) = await TableAsync(10, hasTextKeys: false);
        for (var night = 0; night < 2; night++)
        {
            reusing.Model = GrowingForest.Write(_folder.Path, 1, 300 + (50 * night), isClassifier: true);
            await reusing.RunAsync(night, full: false);
        }

        var reuse = (await reusing.AskAsync(e => new RunStore(e.Database).PlanAsync(ReusingNights.RunOf(1), CancellationToken.None)))!.Reuse;
        Assert.Null(reuse.Base);
        Assert.Contains("keepSums: true", reuse.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, "sums are kept", "2 a row, for a model that only appends trees to go on from")]
    [InlineData(false, "no sums are kept", "has none beside its outputs")]
    public async Task Night_ThatIsToKeepSums_SaysWhetherThereAreAny(bool isClassifier, string choice, string reason)
    {
        var (_, reusing, _) = await TableAsync(12, hasTextKeys: false);
        (reusing.Model, reusing.KeepsSums) = (GrowingForest.Write(_folder.Path, 1, 20, isClassifier), true);
        await reusing.RunAsync(0, full: false);

        var decision = Assert.Single(await reusing.AskAsync(e => new DecisionStore(e.Database).ListAsync(ReusingNights.RunOf(0), CancellationToken.None)), d =>
            d.Subject == DecisionSubject.KeepSums);
        Assert.Equal(choice, decision.Choice);
        Assert.Contains(reason, decision.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Night_WhoseModelFileWasReplacedByOneWithMoreTrees_ScoresEveryRowAndSaysThatRegisteredModelsStay()
    {
        var (_, reusing, _) = await TableAsync(11, hasTextKeys: false);
        reusing.Model = _folder["model.onnx"];
        for (var night = 0; night < 2; night++)
        {
            File.Copy(GrowingForest.Write(_folder.Path, 1, 300 + (50 * night), isClassifier: false), reusing.Model, overwrite: true);
            await reusing.RunAsync(night, full: false);
        }

        var reuse = (await reusing.AskAsync(e => new RunStore(e.Database).PlanAsync(ReusingNights.RunOf(1), CancellationToken.None)))!.Reuse;
        Assert.Null(reuse.Base);
        Assert.Contains("model.onnx was replaced, so the two cannot be compared; registered models stay", reuse.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TwoNights_AtOnce_PublishWhatFullRunsPublish()
    {
        var (table, reusing, full) = await TableAsync(5, hasTextKeys: false);
        await reusing.RunAsync(0, full: false);
        await full.RunAsync(0, full: true); // the bins of a job are those of its first night
        await table.ChangeAsync();
        var expected = await full.RunAsync(2, full: true);
        MustEqual(expected, await reusing.RunBothAsync(1), "two nights at once");
    }

    [Fact]
    public async Task Night_WithADamagedBase_ScoresEveryRowThatItReadsAndSaysSo()
    {
        var (table, reusing, full) = await TableAsync(6, hasTextKeys: false);
        await reusing.RunAsync(0, full: false);
        await full.RunAsync(0, full: true); // the bins of a job are those of its first night
        var path = await reusing.AskAsync(async e =>
            e.Blobs.PlaceOf((await new SnapshotStore(e.Database).CurrentAsync("chain", CancellationToken.None))!.Segments[0].Artifact.BlobName));
        var bytes = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        bytes[300] ^= 1;
        await File.WriteAllBytesAsync(path, bytes, TestContext.Current.CancellationToken);
        await table.ChangeAsync();

        var seen = await reusing.RunAsync(1, full: false);
        MustEqual(await full.RunAsync(1, full: true), seen, "a damaged base");
        var decisions = await reusing.AskAsync(e => new DecisionStore(e.Database).ListAsync(ReusingNights.RunOf(1), CancellationToken.None));
        Assert.Contains(decisions, d => d.Subject == DecisionSubject.Reuse && d.Choice.Contains("rows are not looked up", StringComparison.Ordinal)
            && d.Reason.Contains(Path.GetFileName(path), StringComparison.Ordinal));
    }

    public void Dispose() => _folder.Dispose();

    private async Task<(ChangingTable Table, ReusingNights Reusing, ReusingNights Full)> TableAsync(int seed, bool hasTextKeys)
    {
        var table = new ChangingTable(_folder["table"], seed, hasTextKeys);
        await table.CreateAsync();
        return (table, new ReusingNights(_folder["reusing"], table.Glob), new ReusingNights(_folder["full"], table.Glob));
    }

    private static void MustEqual(NightResult expected, NightResult seen, string when)
    {
        Assert.True(expected.Segments.SequenceEqual(seen.Segments), $"{when}: other segments");
        Assert.True(expected.Keys == seen.Keys, $"{when}: {seen.Keys} keys, expected {expected.Keys}");
        Assert.True(seen.Counts.AddsUp && seen.Counts.Read == expected.Counts.Read
            && seen.Counts.Rejected == expected.Counts.Rejected, $"{when}: {seen.Counts}, expected {expected.Counts}");
        Assert.Equal(0, expected.Counts.Reused);
        Assert.NotEmpty(expected.Profiles);
        Assert.Equal(expected.Profiles, seen.Profiles);
    }
}
