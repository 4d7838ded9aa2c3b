using System.Runtime.CompilerServices;
using BatchEngine.Domain;
using BatchEngine.Router.Lookup;
using BatchEngine.Router.Realtime;

namespace BatchEngine.Router.Routing;

/// <summary>One key in, one decision out; never a silent default score. Thread-safe; a hit takes no lock and does not wait.</summary>
public sealed class PredictionRouter(SnapshotCatalog catalog, RealtimeDoor door, TimeProvider clock)
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
        var served = catalog.Find(servingName);
        // A snapshot that is swapped out between finding and holding it is looked for again: the next one is already in the catalogue.
        for (var attempt = 0; attempt < MaxSwapRetries && served?.Reader is { } reader; attempt++, served = catalog.Find(servingName))
        {
            if (!reader.TryAcquire())
                continue;
            try
            {
                var asKey = PredictionKey.Parse(key, reader.Info.KeyKind);
                reader.TryGet(asKey, out var stored);
                return Decide(served.Contract, new AskedKey(asKey, features), stored, ProvenanceOf(reader.Info), reader.Info, isOneOfMany: false, ct);
            }
            finally
            {
                reader.Release();
            }
        }

        return new(served is null
            ? new RouteDecision.Refused(RouteReason.UnknownName, RouteReason.UnknownName, $"No job serves under the name '{servingName}'.")
            : Counted(servingName, NoSnapshot(served)));
    }

    /// <summary>Holds the snapshot that many keys are to be answered from; the caller disposes it. Null means that no job serves under the name.</summary>
    public HeldName? Hold(string servingName) => catalog.Hold(servingName);

    /// <summary>Answers many keys from one snapshot, in the order asked, each when it is asked for; stored answers cost no wait, and at most the contract's
    /// bound of these keys is scored in real time at once. Features that cannot be used spoil their own answer only. What nobody takes is neither scored nor
    /// counted, but for the few keys that were scored ahead.</summary>
    /// <param name="held">The name; held until the last answer is taken.</param>
    /// <param name="asked">The keys.</param>
    /// <param name="ct">The caller leaves.</param>
    public async IAsyncEnumerable<RouteDecision> RouteManyAsync(HeldName held, IEnumerable<AskedKey> asked, [EnumeratorCancellation] CancellationToken ct)
    {
        var contract = held.Served.Contract;
        var reader = held.Reader ?? throw new ArgumentException($"'{contract.Name}' has no snapshot to answer from.", nameof(held));
        var provenance = ProvenanceOf(reader.Info);
        var ahead = new Queue<Task<RouteDecision>>();
        foreach (var one in asked)
        {
            reader.TryGet(one.Key, out var stored);
            var decision = Decide(contract, one, stored, provenance, reader.Info, isOneOfMany: true, ct);
            if (ahead.Count == 0 && decision.IsCompletedSuccessfully)
            {
                yield return decision.Result;
                continue;
            }

            ahead.Enqueue(decision.AsTask());
            while (ahead.Count >= Math.Max(1, contract.MaxConcurrentRealtime) || (ahead.Count > 0 && ahead.Peek().IsCompleted))
                yield return await ahead.Dequeue().ConfigureAwait(false);
        }

        while (ahead.Count > 0)
            yield return await ahead.Dequeue().ConfigureAwait(false);
    }

    /// <summary>Counts the keys of a batch that was refused as a whole, since there is no snapshot.</summary>
    public void RefuseMany(HeldName held, int keys) => Answered.Count(held.Served.Contract.Name, NoSnapshot(held.Served), keys);

    private ValueTask<RouteDecision> Decide(ServingContract contract, AskedKey asked, Prediction? stored, Provenance provenance, SnapshotInfo snapshot,
        bool isOneOfMany, CancellationToken ct)
    {
        var reason = RoutePolicy.Judge(contract, hasSnapshot: true, stored, provenance.Age);
        return reason == RouteReason.Fresh
            ? new(Counted(contract.Name, new RouteDecision.Hit(stored!, provenance) { Key = asked.Key }))
            : RealtimeAsync(contract, snapshot, asked, reason, stored, provenance, isOneOfMany, ct);
    }

    private async ValueTask<RouteDecision> RealtimeAsync(ServingContract contract, SnapshotInfo snapshot, AskedKey asked, RouteReason reason,
        Prediction? stored, Provenance provenance, bool isOneOfMany, CancellationToken ct)
    {
        RealtimeOutcome.Scored? scored = null;
        RouteReason whyNot;
        string detail;
        try
        {
            (scored, whyNot, detail) = await door.TryScoreAsync(contract, snapshot, asked.Features, ct).ConfigureAwait(false);
        }
        catch (BadInputException problem) when (isOneOfMany)
        {
            (whyNot, detail) = (RouteReason.BadFeatures, problem.Message);
        }

        if (scored is not null)
        {
            return Counted(contract.Name, new RouteDecision.Realtime(reason, scored.Prediction,
                new Provenance(scored.Model, null, clock.GetUtcNow(), TimeSpan.Zero, scored.Outputs))
            { Key = asked.Key });
        }
        return Counted(contract.Name, stored is not null
            ? new RouteDecision.Degraded(reason, whyNot, stored, provenance) { Key = asked.Key }
            : new RouteDecision.Refused(reason, whyNot, detail) { Key = asked.Key });
    }

    private static RouteDecision.Refused NoSnapshot(ServedName served) => new(RouteReason.NoSnapshot, RouteReason.NoSnapshot, served.WhyNone);

    private Provenance ProvenanceOf(SnapshotInfo info) => new(info.Model, info.Id, info.AsOf, clock.GetUtcNow() - info.AsOf, info.Outputs);

    private RouteDecision Counted(string servingName, RouteDecision decision)
    {
        Answered.Count(servingName, decision);
        return decision;
    }
}
