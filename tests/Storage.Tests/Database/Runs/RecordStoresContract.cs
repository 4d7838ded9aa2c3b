using BatchEngine.Domain;
using BatchEngine.Storage.Database.Leases;
using BatchEngine.Storage.Database.Ledger;
using BatchEngine.Storage.Database.Models;
using BatchEngine.Storage.Database.Runs;
using BatchEngine.Storage.Database.Snapshots;
using BatchEngine.Storage.Database.Values;
using BatchEngine.TestKit.Databases;

namespace BatchEngine.Storage.Tests.Database.Runs;

/// <summary>Profiles, drift, decisions, jobs, answers, and the names of blobs.</summary>
public abstract class RecordStoresContract : StateContract
{
    [Fact]
    public async Task Profiles_SavedAgain_AreReplacedAndReadBackEqual()
    {
        var profiles = new ProfileStore(Database);
        var lead = await OpenedRuns.LeadAsync(Database, await Samples.OpenRunAsync(Database, Samples.Plan()), Ct);
        await profiles.SaveAsync(lead, [Samples.Profile("a"), Samples.Profile("b")], Ct);
        var newest = new[] { Samples.Profile("z"), Samples.Profile("a") with { IsOutput = true } };
        await profiles.SaveAsync(lead, newest, Ct);
        Assert.Equal(StoredJson.Write<IReadOnlyList<ColumnProfile>>(newest), StoredJson.Write(await profiles.FindAsync(Samples.Run(), Ct)));
        Assert.Empty(await profiles.FindAsync(Samples.Run("other"), Ct));
    }

    [Fact]
    public async Task Drift_Saved_ReadsBackEqual()
    {
        var report = new DriftReport(Samples.Run(day: 1), Samples.Run(),
            [new ColumnDrift("age", false, DriftVerdict.Drifted, Measured<double>.Of(0.31), Measured<double>.NotMeasured("text"),
            Measured<double>.Of(0), Measured<double>.Of(double.PositiveInfinity), Measured<double>.Of(0.5), "psi 0.31 >= 0.2")]);
        var lead = await OpenedRuns.LeadAsync(Database, await Samples.OpenRunAsync(Database, Samples.Plan(report.Run)), Ct);
        await new ProfileStore(Database).SaveDriftAsync(lead, report, Ct);
        await new ProfileStore(Database).SaveDriftAsync(lead, report, Ct);
        Assert.Equal(StoredJson.Write(report), StoredJson.Write(await new ProfileStore(Database).FindDriftAsync(report.Run, Ct)));
        Assert.Null(await new ProfileStore(Database).FindDriftAsync(Samples.Run(), Ct));
        Assert.Equal([(report.Run, report.Verdict)],
            (await new ProfileStore(Database).DriftVerdictsAsync([Samples.Run(), report.Run], Ct)).Select(v => (v.Key, v.Value)));
        Assert.Empty(await new ProfileStore(Database).DriftVerdictsAsync([], Ct));
    }

    [Fact]
    public async Task Edges_SavedTwice_TheFirstStay()
    {
        var profiles = new ProfileStore(Database);
        var hash = Digest.Of("features");
        Assert.Null(await profiles.EdgesAsync("churn", hash, Ct));
        await profiles.SaveEdgesAsync("churn", hash, new Dictionary<string, BinEdges> { ["age"] = new("age", [1f], []) }, Ct);
        var kept = await profiles.SaveEdgesAsync("churn", hash, new Dictionary<string, BinEdges> { ["age"] = new("age", [2f], []) }, Ct);
        Assert.Equal([1f], kept["age"].Edges);
        Assert.Equal([1f], (await profiles.EdgesAsync("churn", hash, Ct))!["age"].Edges);
        Assert.Null(await profiles.EdgesAsync("churn", Digest.Of("other"), Ct));

        await profiles.SaveEdgesAsync("churn", hash, new Dictionary<string, BinEdges> { ["empty"] = new("empty", [], []), ["age"] = new("age", [3f], []) }, Ct);
        var known = await profiles.SaveEdgesAsync("churn", hash, new Dictionary<string, BinEdges> { ["empty"] = new("empty", [4f], []) }, Ct);
        Assert.Equal([1f, 4f], [.. known["age"].Edges, .. known["empty"].Edges]); // only what knew no value is replaced
    }

    [Fact]
    public async Task Decisions_Appended_KeepTheirOrder()
    {
        var decisions = new DecisionStore(Database);
        var first = new Decision(Samples.Run(), Start.AddHours(1), DecisionSubject.Capacity, "local", "no other");
        var second = new Decision(null, Start, DecisionSubject.Misfire, "skip", "two fires missed");
        await decisions.AppendAsync(first, Ct);
        await decisions.AppendAsync(second, Ct);
        Assert.Equal([first, second], await decisions.ListAsync(null, Ct));
        Assert.Equal([first], await decisions.ListAsync(Samples.Run(), Ct));
        Assert.Equal(["capacity", "misfire"], await Database.ReadAsync(async tx =>
            (await tx.QueryAsync<string>("SELECT subject FROM decisions ORDER BY decision_number", new { }).ConfigureAwait(false)).ToList(), Ct));
    }

    [Fact]
    public async Task Append_DecisionWhoseAnswerWasLost_IsStoredOnce()
    {
        var decisions = new DecisionStore(Database);
        var decision = new Decision(Samples.Run(), Start, DecisionSubject.Capacity, "local", "no other");
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Task.Run(() => decisions.AppendAsync(decision, Ct), Ct)));
        await decisions.AppendAsync(decision with { At = Start.AddTicks(10) }, Ct);
        Assert.Equal([Start, Start.AddTicks(10)], (await decisions.ListAsync(null, Ct)).Select(d => d.At));
    }

    [Fact]
    public async Task Add_CountWhoseAnswerWasLost_IsAddedOnce()
    {
        var answers = new AnswerStore(Database);
        var count = new AnswerCount("churn", Start, AnswerSource.Snapshot, RouteReason.Fresh, 5);
        await answers.AddAsync("router", 1, count, Ct);
        await answers.AddAsync("router", 1, count, Ct);
        await answers.AddAsync("router", 2, count with { Count = 7 }, Ct);
        await answers.AddAsync("router", 2, count with { Count = 7 }, Ct);
        await answers.AddAsync("other", 1, count with { Count = 100 }, Ct);
        Assert.Equal(112, Assert.Single(await answers.ListAsync(Start, Start.AddHours(1), Ct)).Count);
    }

    [Fact]
    public async Task Jobs_SavedAgain_AreReplaced()
    {
        var jobs = new JobStore(Database);
        await jobs.SaveAsync(Samples.Job("b"), Ct);
        await jobs.SaveAsync(Samples.Job("a"), Ct);
        await jobs.SaveAsync(Samples.Job("a") with { Workers = 7 }, Ct);
        Assert.Equal(["a", "b"], (await jobs.ListAsync(Ct)).Select(j => j.Name));
        Assert.Equal(StoredJson.Write(Samples.Job("a") with { Workers = 7 }), StoredJson.Write(await jobs.FindAsync("a", Ct)));
        Assert.Null(await jobs.FindAsync("c", Ct));
    }

    [Fact]
    public async Task Answers_OfSeveralRouters_AddUpByTheHour()
    {
        var answers = new AnswerStore(Database);
        await Task.WhenAll(Enumerable.Range(0, 10).Select(i => Task.Run(() => answers.AddAsync($"router {i}", 1,
            new AnswerCount("churn", Start.AddMinutes(i), AnswerSource.Snapshot, RouteReason.Fresh, i), Ct), Ct)));
        var later = new AnswerCount("churn", Start.AddHours(1), AnswerSource.Realtime, RouteReason.Stale, 3);
        await answers.AddAsync("router 1", 2, later, Ct);
        await answers.AddAsync("person", 1, later with { Count = 2, IsDiagnostic = true }, Ct);
        Assert.Equal(
            [new AnswerCount("churn", Start, AnswerSource.Snapshot, RouteReason.Fresh, 45),
                new AnswerCount("churn", Start.AddHours(1), AnswerSource.Realtime, RouteReason.Stale, 3),
                new AnswerCount("churn", Start.AddHours(1), AnswerSource.Realtime, RouteReason.Stale, 2, IsDiagnostic: true)],
            await answers.ListAsync(Start, Start.AddHours(2), Ct));
        Assert.Equal(["snapshot", "realtime"], await Database.ReadAsync(async tx =>
            (await tx.QueryAsync<string>("SELECT source FROM answers ORDER BY hour_at", new { }).ConfigureAwait(false)).ToList(), Ct));
        Assert.Single(await answers.ListAsync(Start, Start.AddHours(1), Ct));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => answers.AddAsync("router 1", 3, later with { Count = -1 }, Ct));
    }

    [Fact]
    public async Task NamedBlobs_ReceiptsCheckpointsSegmentsAndModels_AreAllNamed()
    {
        var run = await Samples.OpenRunAsync(Database, Samples.Plan(shards: 2));
        var (claims, receipts) = (new ClaimStore(Database), new ReceiptStore(Database));
        var done = (LeaseOutcome.Granted)await claims.TryAcquireAsync(run, "w", TimeSpan.FromMinutes(1), Ct);
        await receipts.CheckpointAsync(done.Lease, Samples.Done(50, blob: $"runs/{run}/dropped"), Ct);
        await receipts.CommitAsync(done.Lease, Samples.Receipt(done.Lease, 100, $"runs/{run}/receipt"), Ct);
        var half = (LeaseOutcome.Granted)await claims.TryAcquireAsync(run, "w", TimeSpan.FromMinutes(1), Ct);
        await receipts.CheckpointAsync(half.Lease, Samples.Done(50, blob: $"runs/{run}/checkpoint"), Ct);
        var segment = Samples.Segment(run, 0) with { Artifact = Samples.Segment(run, 0).Artifact with { BlobName = $"runs/{run}/segment-0" } };
        await new SnapshotStore(Database).RecordSegmentsAsync(await OpenedRuns.LeadAsync(Database, run, Ct), [segment], Ct);
        await new ModelStore(Database).RegisterAsync("churn", Digest.Of("m"), new ModelSignature([], []), "models/m", 1,
            [new StoredWeights(new WeightFile("w", Digest.Of("w"), 1), "models/w")], Ct);
        string[] named = ["models/m", "models/w", $"runs/{run}/checkpoint", $"runs/{run}/receipt", segment.Artifact.BlobName];
        Assert.Equal(named.Order(), (await new NamedBlobs(Database).AmongAsync(
            [.. named, $"runs/{run}/dropped", $"runs/{run}/other", $"runs/{Samples.Run("other", 1)}/receipt", "models/x"], Ct)).Order());
    }

    [Fact]
    public async Task Save_TriesOfARunThatCouldNotStart_AreOneRowUntilTheRunExists()
    {
        var sut = new UnstartedRunStore(Database);
        await sut.SaveAsync(Samples.Run(), Start, Start.AddHours(2), "no file", Ct);
        await sut.SaveAsync(Samples.Run(), Start.AddHours(1), null, "no model", Ct);
        await sut.SaveAsync(Samples.Run("fraud", 1), Start, null, "no rows", Ct);

        Assert.Equal(new UnstartedRun(Samples.Run(), Start.AddHours(1), 2, null, "no model"), await sut.FindAsync(Samples.Run(), Ct));
        Assert.Null(await sut.FindAsync(Samples.Run("fraud"), Ct));
        Assert.Equal([Samples.Run("fraud", 1), Samples.Run()], (await sut.ListAsync(null, 10, Ct)).Select(u => u.Run));
        Assert.Equal(Samples.Run("fraud", 1), Assert.Single(await sut.ListAsync(null, 1, Ct)).Run);
        Assert.Equal("no model", Assert.Single(await sut.ListAsync("churn", 10, Ct)).Reason);

        await new RunStore(Database).CreateAsync(Samples.Plan(), Ct);

        Assert.Null(await sut.FindAsync(Samples.Run(), Ct));
        Assert.Equal(Samples.Run("fraud", 1), Assert.Single(await sut.ListAsync(null, 10, Ct)).Run);
    }
}
