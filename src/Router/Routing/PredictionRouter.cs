using BatchEngine.Domain;
using BatchEngine.Router.Lookup;
using BatchEngine.Router.Realtime;
using BatchEngine.Storage.Snapshots.Readers;

namespace BatchEngine.Router.Routing;

/// <summary>One key in, one decision out; never a silent default score. Thread-safe; a hit takes no lock and does not wait.</summary>
public sealed class PredictionRouter(SnapshotCatalog catalog, RealtimeDoor gate, TimeProvider clock)
{
    private const int MaxSwapRetries = 8;

    /// <summary>What was answered, for the reports.</summary>
    public AnswerCounters Answered { get; } = new();

    /// <summary>Answers one key: the stored prediction when it is fresh and sure, else a real-time score, else the stored one with both reasons, else a
    /// refusal.</summary>
    /// <param name="servingName">The name in the URL.</param>
    /// <param name="key">As the application writes it.</param>
    /// <param name="features">For a real-time score, by source column; null means none were given.</param>
    /// <param name="ct">The caller leaves.</param>
    /// <exception cref="BadInputException">The key is not of the snapshot's kind, or the features cannot be used.</exception>
    public ValueTask<RouteDecision> RouteAsync(string servingName, string key, IReadOnlyDictionary<string, object?>? features, CancellationToken ct)
    {
        if (catalog.Find(servingName) is not { } served)
            return new(new RouteDecision.Refused(RouteReason.UnknownName, RouteReason.UnknownName, $"No job serves under the name '{servingName}'."));
        var (asKey, stored, provenance) = Stored(servingName, served, key);
        var reason = RoutePolicy.Judge(served.Contract, provenance is not null, stored, provenance?.Age ?? TimeSpan.Zero);
        return reason == RouteReason.Fresh
            ? new(Counted(servingName, new RouteDecision.Hit(stored!, provenance!) { Key = asKey }))
            : RealtimeAsync(served.Contract, asKey, reason, stored, provenance, features, ct);
    }

    /// <summary>Answers many keys, in the order asked; stored answers cost no wait, and at most the contract's bound of this batch's keys are scored in real
    /// time at
    /// once.</summary>
    /// <param name="servingName">The name in the URL.</param>
    /// <param name="asked">Keys, each with features or null.</param>
    /// <param name="ct">The caller leaves.</param>
    /// <exception cref="BadInputException">A key is not of the snapshot's kind, or features cannot be used; no answer is given then.</exception>
    public async Task<IReadOnlyList<RouteDecision>> RouteManyAsync(string servingName,
        IReadOnlyList<(string Key, IReadOnlyDictionary<string, object?>? Features)> asked, CancellationToken ct)
    {
        var decisions = new RouteDecision[asked.Count];
        var maxAtOnce = Math.Max(1, catalog.Find(servingName)?.Contract.MaxConcurrentRealtime ?? 1);
        var waiting = new Queue<(int Index, Task<RouteDecision> Decision)>();
        for (var i = 0; i < asked.Count; i++)
        {
            var pending = RouteAsync(servingName, asked[i].Key, asked[i].Features, ct);
            if (pending.IsCompletedSuccessfully)
                decisions[i] = pending.Result;
            else
                waiting.Enqueue((i, pending.AsTask()));
            if (waiting.Count == maxAtOnce)
                await TakeOneAsync().ConfigureAwait(false);
        }

        while (waiting.Count > 0)
            await TakeOneAsync().ConfigureAwait(false);
        return decisions;

        async Task TakeOneAsync()
        {
            var (index, decision) = waiting.Dequeue();
            decisions[index] = await decision.ConfigureAwait(false);
        }
    }

    private async ValueTask<RouteDecision> RealtimeAsync(
        ServingContract contract, PredictionKey? key, RouteReason reason, Prediction? stored, Provenance? provenance,
        IReadOnlyDictionary<string, object?>? features, CancellationToken ct)
    {
        var (scored, whyNot, detail) = await gate.TryScoreAsync(contract, features, ct).ConfigureAwait(false);
        if (scored is not null)
            return Counted(contract.Name,
                new RouteDecision.Realtime(reason, scored.Prediction, new Provenance(scored.Model, null, clock.GetUtcNow(), TimeSpan.Zero, scored.Outputs))
                { Key = key });
        return Counted(contract.Name, stored is not null
            ? new RouteDecision.Degraded(reason, whyNot, stored, provenance!) { Key = key }
            : new RouteDecision.Refused(reason, whyNot, detail) { Key = key });
    }

    // A snapshot that is swapped out between finding and holding it is looked for again: the next one is already in the catalogue.
    private (PredictionKey? Key, Prediction? Stored, Provenance? Provenance) Stored(string servingName, ServedName served, string key)
    {
        for (var attempt = 0; attempt < MaxSwapRetries; attempt++)
        {
            if (served.Reader is not { } reader)
                return (null, null, null);
            if (!reader.TryAcquire())
            {
                served = catalog.Find(servingName) ?? served;
                continue;
            }

            try
            {
                var asKey = PredictionKey.Parse(key, reader.Info.KeyKind);
                var found = reader.TryGet(asKey, out var prediction);
                return (asKey, found ? prediction : null, ProvenanceOf(reader));
            }
            finally
            {
                reader.Release();
            }
        }

        return (null, null, null);
    }

    private Provenance ProvenanceOf(SnapshotReader reader)
    {
        var info = reader.Info;
        return new Provenance(info.Model, info.Id, info.AsOf, clock.GetUtcNow() - info.AsOf, info.Outputs);
    }

    private RouteDecision Counted(string servingName, RouteDecision decision)
    {
        Answered.Count(servingName, decision);
        return decision;
    }
}
