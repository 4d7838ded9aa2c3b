using BatchEngine.Domain;
using BatchEngine.Storage.Database.Snapshots;
using BatchEngine.Storage.Snapshots.Readers;

namespace BatchEngine.Router.Tests.Lookup;

public sealed class SwapRaceTests : RouterTestBed
{
    // The value of a key says which snapshot it is from, so that an answer mixed of two snapshots shows.
    [Fact(Timeout = 120_000)]
    public async Task LookUps_WhileSnapshotsAreSwapped_NeverFailNorMixTwo()
    {
        const int Swaps = 100, Keys = 50;
        var first = await PublishAsync("churn", 0, [.. Enumerable.Range(0, Keys).Select(k => Row(k, k))]);
        await ServeAsync(Contract);
        Clock.Advance(TimeSpan.FromDays(1));
        var second = await PublishAsync("churn", 1, [.. Enumerable.Range(0, Keys).Select(k => Row(k, 1_000 + k))]);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var looking = Enumerable.Range(0, 3).Select(thread => Task.Run(async () =>
        {
            var seen = (First: 0, Second: 0);
            for (var i = thread; !stop.IsCancellationRequested; i++)
            {
                var key = i % Keys;
                var hit = Assert.IsType<RouteDecision.Hit>(await RouteAsync(key.ToString(System.Globalization.CultureInfo.InvariantCulture)));
                var of = hit.Provenance.SnapshotId == first.Id ? first : second;
                Assert.Equal(of == first ? key : 1_000 + key, hit.Prediction.Outputs[0]);
                Assert.Equal((of.Id, of.AsOf), (hit.Provenance.SnapshotId, hit.Provenance.AsOf));
                seen = of == first ? (seen.First + 1, seen.Second) : (seen.First, seen.Second + 1);
            }

            return seen;
        }, Ct)).ToList();
        var readers = new List<SnapshotReader> { Catalog.Find("churn")!.Reader! };
        for (var swap = 0; swap < Swaps; swap++)
        {
            if (swap % 2 == 0)
                await Snapshots.PublishAsync(second.Id, new ByHand("ada", "a test"), Ct);
            else
                await Snapshots.RollbackAsync("churn", new ByHand("ada", "a test"), Ct);
            Assert.True(await Catalog.RefreshAsync(Ct));
            Assert.Equal(swap % 2 == 0 ? second.Id : first.Id, Served());
            readers.Add(Catalog.Find("churn")!.Reader!);
        }

        await stop.CancelAsync();
        var counts = await Task.WhenAll(looking);
        Assert.Equal(Swaps + 1, readers.Distinct().Count());
        Assert.All(readers.SkipLast(1), old => Assert.True(old.Drained.IsCompletedSuccessfully));
        Assert.False(readers[^1].Drained.IsCompleted);
        Assert.True(counts.Sum(c => c.First) > 0 && counts.Sum(c => c.Second) > 0, "Look-ups must have met both snapshots, else nothing was tested.");
        Assert.Equal(counts.Sum(c => c.First + c.Second), Router.Answered.Drain().Sum(t => t.Count));
    }
}
