using BatchEngine.Domain;
using BatchEngine.Storage.Database.Leases;
using BatchEngine.Storage.Database.Runs;
using BatchEngine.TestKit.Databases;

namespace BatchEngine.Storage.Tests.Database.Runs;

/// <summary>What a worker that has no run yet asks of the runs, and what holds for whoever works on one.</summary>
public abstract class OpenWorkContract : StateContract
{
    private static readonly TimeSpan Ttl = TimeSpan.FromSeconds(30);

    private RunStore Runs => new(Database);

    [Fact]
    public async Task FreeWork_OfScoredRuns_IsTheOldestWithAShardThatNobodyHolds()
    {
        var (older, newer) = (Samples.Run(), Samples.Run(day: 1));
        await OpenAsync(newer);
        await OpenAsync(older);
        await Runs.CreateAsync(Samples.Plan(Samples.Run(day: -1)), Ct); // Planned only.
        Assert.Equal([older, newer], await Runs.WithFreeWorkAsync(9, Ct));
        Assert.Equal([older], await Runs.WithFreeWorkAsync(1, Ct));

        while (await new ClaimStore(Database).TryAcquireAsync(older, "w", Ttl, Ct) is LeaseOutcome.Granted)
        {
        }
        Assert.Equal([newer], await Runs.WithFreeWorkAsync(9, Ct));

        Clock.Advance(Ttl);
        Assert.Equal([older, newer], await Runs.WithFreeWorkAsync(9, Ct));
    }

    [Fact]
    public async Task FreeWork_OfSealedRuns_IsAUnitThatNobodyHoldsUnlessOneSaysStop()
    {
        var run = Samples.Run();
        await OpenAsync(run);
        await OpenedRuns.MoveAsync(Database, run, RunState.Scoring, RunState.Sealing, Ct);
        Assert.Empty(await Runs.WithFreeWorkAsync(9, Ct));
        var units = new SealUnitStore(Database);
        await units.CutAsync(await OpenedRuns.LeadAsync(Database, run, Ct), [new SealUnit(0, 0, 2)], Ct);
        Assert.Equal([run], await Runs.WithFreeWorkAsync(9, Ct));

        var held = Assert.IsType<SealLeaseOutcome.Granted>(await units.TryAcquireAsync(run, "w", Ttl, Ct));
        Assert.Empty(await Runs.WithFreeWorkAsync(9, Ct));
        await units.StopAsync(held.Lease, new SealStop("a key is there twice", true), Ct);
        Assert.Empty(await Runs.WithFreeWorkAsync(9, Ct));
    }

    [Fact]
    public async Task Terms_OfARun_AreThoseOfItsLatestCoordinatorAndItsFormatThatOfThePlan()
    {
        var run = Samples.Run();
        await Runs.CreateAsync(Samples.Plan(run), Ct, new RunTerms(7, "/first", Ttl));
        Assert.Equal(new RunTerms(7, "/first", Ttl), await Runs.TermsAsync(run, Ct));

        await Runs.SettleAsync(await OpenedRuns.LeadAsync(Database, run, Ct), "/second", Ttl * 2, Ct);

        Assert.Equal(new RunTerms(7, "/second", Ttl * 2), await Runs.TermsAsync(run, Ct));
        Assert.Null(await Runs.TermsAsync(Samples.Run(day: 1), Ct));
        await Assert.ThrowsAsync<LeadLostException>(() => Runs.SettleAsync(new Lead(run, new FenceToken(99)), "/third", Ttl, Ct));
    }

    [Fact]
    public async Task Troubles_OfARun_AreToldWhileItGoesOnAndTakenBack()
    {
        var run = Samples.Run();
        await OpenAsync(run);
        var lead = await OpenedRuns.LeadAsync(Database, run, Ct);
        await Runs.WarnAsync(lead, Start, Start.AddHours(1), Ct);
        Assert.Equal([new RunTrouble(run, Start, Start.AddHours(1))], await Runs.TroublesAsync(Ct));

        await Runs.WarnAsync(lead, null, null, Ct);
        Assert.Empty(await Runs.TroublesAsync(Ct));

        await Runs.WarnAsync(lead, Start, null, Ct);
        await OpenedRuns.MoveAsync(Database, run, RunState.Scoring, RunState.Failed, Ct);
        Assert.Empty(await Runs.TroublesAsync(Ct));
    }

    private async Task OpenAsync(RunId run)
    {
        await Runs.CreateAsync(Samples.Plan(run), Ct);
        await OpenedRuns.OpenAsync(Database, run, Ct);
    }
}
