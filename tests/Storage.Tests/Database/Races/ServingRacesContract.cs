using BatchEngine.Domain;
using BatchEngine.Storage.Database.Ledger;
using BatchEngine.Storage.Database.Models;
using BatchEngine.Storage.Database.Runs;
using BatchEngine.Storage.Database.Snapshots;
using BatchEngine.TestKit.Databases;

namespace BatchEngine.Storage.Tests.Database.Races;

/// <summary>Models, segments, snapshots, what is served, and the books.</summary>
public abstract class ServingRacesContract : RaceContract
{
    private static readonly ByHand Ada = new("ada", "race");

    [Fact]
    public async Task Register_ManyModels_GetNumbersWithoutGapsAndOneDigestOneNumber()
    {
        var different = await RaceAsync((database, i) => RegisterAsync(new ModelStore(database), $"model {i}"));
        Assert.Equal(Enumerable.Range(1, Racers), different.Select(r => r.Model.Version.Number).Order());
        var same = await RaceAsync((database, _) => RegisterAsync(new ModelStore(database), "the same"));
        Assert.Single(same, r => r.IsNew);
        Assert.All(same, r => Assert.Equal(Racers + 1, r.Model.Version.Number));
    }

    [Fact]
    public async Task MoveAlias_ByMany_MakesOneChainThatLeadsBackToTheStart()
    {
        var models = new ModelStore(Database);
        for (var i = 0; i < Racers; i++)
            await RegisterAsync(models, $"model {i}");
        await RaceAsync(async (database, i) =>
        {
            await new ModelStore(database).MoveAliasAsync("churn", "champion", i + 1, "racer", Ct);
            return true;
        });
        var moves = await models.AliasHistoryAsync("churn", Ct);
        Assert.Equal(moves.Select(m => (int?)m.To).Prepend(null).SkipLast(1), moves.Select(m => m.From));
        Assert.Equal(Racers, moves.Count);
        var back = await RaceAsync((database, _) => new ModelStore(database).RollBackAliasAsync("churn", "champion", "racer", Ct));
        Assert.Equal(moves.SkipLast(1).Select(m => m.To).Order(), back.OfType<RegisteredModel>().Select(m => m.Version.Number).Order());
        Assert.Single(back, m => m is null);
    }

    [Fact]
    public async Task Save_OneSnapshotByMany_HasOneIdAndTheFirstSegments()
    {
        var run = await Samples.OpenRunAsync(Database, Samples.Plan());
        var lead = await OpenedRuns.LeadAsync(Database, run, Ct);
        var saved = await RaceAsync(async (database, i) =>
        {
            var store = new SnapshotStore(database);
            await store.RecordSegmentsAsync(lead, [.. Enumerable.Range(0, 2)
                .Select(p => Samples.Segment(run, p) with { Artifact = Samples.Blob($"{i}", 50, ArtifactKind.Segment) })], Ct);
            return await store.SaveAsync(lead, Samples.Snapshot(run, await store.SegmentsAsync(run, Ct)), Ct);
        });
        Assert.Equal(1, Assert.Single(saved.Select(s => s.Id).Distinct()));
        Assert.Equal(saved[0].Segments, await new SnapshotStore(Database).SegmentsAsync(run, Ct));
    }

    [Fact]
    public async Task PublishRun_ByMany_MovesThePointerOnce()
    {
        var snapshot = await JudgedAsync(Samples.Run());
        var lead = await OpenedRuns.LeadAsync(Database, snapshot.Run, Ct);
        var outcomes = await RaceAsync((database, _) => new SnapshotStore(database).PublishRunAsync(lead, "stable", Ct));
        Assert.All(outcomes, o => Assert.IsType<PublishOutcome.Published>(o));
        Assert.Equal(1, await CountAsync("publications"));
        Assert.Single(await new DecisionStore(Database).ListAsync(snapshot.Run, Ct));
        Assert.Equal(RunState.Published, (await new RunStore(Database).FindAsync(snapshot.Run, Ct))!.State);
    }

    [Fact]
    public async Task PublishRun_ManyNightsAtOnce_TheNewestServesInTheEnd()
    {
        var judged = new List<SnapshotInfo>();
        for (var day = 0; day < Racers; day++)
            judged.Add(await JudgedAsync(Samples.Run(day: day)));
        var outcomes = await RaceAsync(async (database, i) =>
            await new SnapshotStore(database).PublishRunAsync(await OpenedRuns.LeadAsync(database, judged[i].Run, Ct), "stable", Ct));
        Assert.Equal(judged[^1].Run, (await new SnapshotStore(Database).CurrentAsync("churn", Ct))!.Run);
        Assert.Equal(outcomes.OfType<PublishOutcome.Published>().Count(), await CountAsync("publications"));
        await MustBeOneChainAsync();
    }

    [Fact]
    public async Task PublishOrRollBack_ByManyPeople_KeepsOneWayBack()
    {
        var judged = new List<SnapshotInfo>();
        for (var day = 0; day < 4; day++)
        {
            judged.Add(await JudgedAsync(Samples.Run(day: day)));
            await new SnapshotStore(Database).PublishRunAsync(await OpenedRuns.LeadAsync(Database, judged[day].Run, Ct), "stable", Ct);
        }
        await RaceAsync(async (database, i) => i % 2 == 0
            ? await new SnapshotStore(database).RollbackAsync("churn", Ada, Ct)
            : await new SnapshotStore(database).PublishAsync(judged[i % 4].Id, Ada, Ct));
        await MustBeOneChainAsync();
        Assert.NotNull(await new SnapshotStore(Database).CurrentAsync("churn", Ct));
    }

    [Fact]
    public async Task Publish_CancelledAtTheSameMoment_IsOneOrTheOther()
    {
        for (var day = 0; day < 6; day++)
        {
            var snapshot = await JudgedAsync(Samples.Run(day: day));
            var lead = await OpenedRuns.LeadAsync(Database, snapshot.Run, Ct);
            var why = new Decision(snapshot.Run, Samples.Night, DecisionSubject.Cancel, "cancelled", "race");
            var done = await RaceAsync(async (database, i) => i % 2 == 0
                ? await new SnapshotStore(database).PublishRunAsync(lead, "stable", Ct) is PublishOutcome.Published
                : await new RunStore(database).CancelAsync(snapshot.Run, RunState.Judging, "", why, Ct));
            var state = (await new RunStore(Database).FindAsync(snapshot.Run, Ct))!.State;
            var serves = (await new SnapshotStore(Database).CurrentAsync("churn", Ct))?.Run == snapshot.Run;
            Assert.Equal(state == RunState.Published, serves);
            Assert.Contains(true, done);
            Assert.Single(await new DecisionStore(Database).ListAsync(snapshot.Run, Ct));
        }
    }

    [Fact]
    public async Task EndOrSettle_OneSlice_BillsItsTimeOnce()
    {
        for (var day = 0; day < 8; day++)
        {
            var from = Samples.Night.AddDays(day);
            var slice = new OpenSlice($"slice {day}", Samples.Run(), "", "worker-1", UsageKind.BatchWorker, Offering.Local, from, from.AddMinutes(1),
                TimeSpan.FromSeconds(1), TimeSpan.Zero, TimeSpan.Zero, 0, "prices");
            await new OpenSliceStore(Database).BeatAsync(slice, Ct);
            await RaceAsync<bool>(async (database, i) =>
            {
                var store = new OpenSliceStore(database);
                switch (i % 3)
                {
                    case 0:
                        return await store.SettleAsync(slice, from.AddMinutes(1), Ct);
                    case 1:
                        await store.BeatAsync(slice with { Predictions = 1 }, Ct);
                        return true;
                    default:
                        await store.EndAsync(slice, start => start < slice.SeenAt ? [slice.Usage(start, slice.SeenAt)] : [], null, Ct);
                        return true;
                }
            });
            var billed = (await new UsageStore(Database).ListAsync(from, from.AddMinutes(10), Ct)).Sum(u => (u.ToExclusive - u.From).TotalSeconds);
            Assert.Equal(60, billed);
            Assert.Empty(await new OpenSliceStore(Database).ListAsync(null, Ct));
        }
    }

    [Fact]
    public async Task Books_WrittenByMany_HaveEachEntryOnceAndEveryCount()
    {
        var usage = new UsageRecord("u", Samples.Run(), "", "w", UsageKind.BatchWorker, Offering.Local, Samples.Night, Samples.Night.AddHours(1), 1, 0, 5);
        await RaceAsync(async (database, i) =>
        {
            await new UsageStore(database, "p").AppendAsync([usage with { Id = $"u{i % 2}" }, usage with { Id = $"u{(i + 1) % 2}" }], Ct);
            for (var number = 1; number <= 5; number++)
                await new AnswerStore(database).AddAsync($"router {i}", number,
                    new AnswerCount("churn", Samples.Night, AnswerSource.Snapshot, RouteReason.Fresh, 1), Ct);
            await new DecisionStore(database).AppendAsync(new Decision(null, Samples.Night, DecisionSubject.Schedule, $"{i}", "race"), Ct);
            return true;
        });
        Assert.Equal(2, (await new UsageStore(Database).ListAsync(Samples.Run(), Ct)).Count);
        Assert.Equal(5 * Racers, Assert.Single(await new AnswerStore(Database).ListAsync(Samples.Night, Samples.Night.AddHours(1), Ct)).Count);
        Assert.Equal(Racers, (await new DecisionStore(Database).ListAsync(null, Ct)).Count);
    }

    [Fact]
    public async Task SaveEdges_ByMany_TheFirstStayForAll()
    {
        var hash = Digest.Of("features");
        var edges = await RaceAsync((database, i) => new ProfileStore(database)
            .SaveEdgesAsync("churn", hash, new Dictionary<string, BinEdges> { ["age"] = new("age", [i], []) }, Ct));
        Assert.Single(edges.Select(e => e["age"].Edges.Single()).Distinct());
    }

    private static Task<ModelRegistration> RegisterAsync(ModelStore models, string bytes) =>
        models.RegisterAsync("churn", Digest.Of(bytes), new ModelSignature([], []), $"models/{bytes}", 1, [], Ct);

    private async Task<SnapshotInfo> JudgedAsync(RunId run)
    {
        await Samples.OpenRunAsync(Database, Samples.Plan(run));
        await Samples.FinishShardsAsync(Database, run);
        var lead = await OpenedRuns.LeadAsync(Database, run, Ct);
        var store = new SnapshotStore(Database);
        await store.RecordSegmentsAsync(lead, [Samples.Segment(run, 0), Samples.Segment(run, 1)], Ct);
        var snapshot = await store.SaveAsync(lead, Samples.Snapshot(run, await store.SegmentsAsync(run, Ct)), Ct);
        await OpenedRuns.MoveAsync(Database, run, RunState.Scoring, RunState.Judging, Ct);
        return snapshot;
    }

    private Task<long?> CountAsync(string table) => Database.ReadAsync(tx => tx.NumberAsync($"SELECT COUNT(*) FROM {table}"), Ct);

    // Numbers without gaps; each move names the one before it or, going back, an earlier one; the pointer is where the last move went.
    private async Task MustBeOneChainAsync()
    {
        var moves = await Database.ReadAsync(tx => tx.QueryAsync<Move>(
            "SELECT number, snapshot_id, previous_number, is_rollback FROM publications ORDER BY number"), Ct);
        Assert.Equal(Enumerable.Range(1, moves.Count).Select(n => (long)n), moves.Select(m => m.Number));
        for (var i = 1; i < moves.Count; i++)
        {
            var before = moves[i - 1];
            if (moves[i].IsRollback == 0)
                Assert.Equal(before.Number, moves[i].PreviousNumber);
            else
                Assert.Equal(moves.Single(m => m.Number == before.PreviousNumber).PreviousNumber, moves[i].PreviousNumber);
        }
        Assert.Equal(moves[^1].Number, await Database.ReadAsync(tx => tx.NumberAsync("SELECT publication_number FROM current_snapshots"), Ct));
    }

    private sealed class Move
    {
        public long Number { get; init; }
        public long SnapshotId { get; init; }
        public long? PreviousNumber { get; init; }
        public long IsRollback { get; init; }
    }
}
