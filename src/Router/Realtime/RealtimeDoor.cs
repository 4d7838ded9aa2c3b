using System.Globalization;
using BatchEngine.Domain;

namespace BatchEngine.Router.Realtime;

/// <summary>
/// The door to real-time scoring: a bound on calls at once, a deadline, and one call for callers that ask the same at the same time. Thread-safe.
/// A caller that leaves, or whose deadline passes, does not stop the call for the others, and the call keeps its place in the bound until it ends;
/// failures are shared by those waiting but never kept.
/// </summary>
public sealed class RealtimeDoor(IRealtimeScoring scoring, RealtimeTroubles troubles, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Task<RealtimeOutcome>> _flights = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _underWay = new(StringComparer.Ordinal);

    /// <summary>A scoring that runs longer is asked to stop, so that an endpoint that hangs gives its place back. Far above any deadline: callers have left
    /// by then.</summary>
    public static TimeSpan MaxFlight { get; } = TimeSpan.FromSeconds(30);

    /// <summary>Scores within the contract's limits.</summary>
    /// <param name="contract">The bound, the deadline, and whether real-time scoring is allowed.</param>
    /// <param name="snapshot">Whose model scores.</param>
    /// <param name="features">By source column; null means that the caller gave none. Not changed afterwards: the call may outlive its caller.</param>
    /// <param name="ct">The caller leaves.</param>
    /// <returns>The scored outcome, or why there is none with a sentence for the caller.</returns>
    /// <exception cref="BadInputException">The features cannot be used.</exception>
    /// <exception cref="InvariantBrokenException">The scoring broke an assumption of ours; never answered around.</exception>
    public async ValueTask<(RealtimeOutcome.Scored? Scored, RouteReason WhyNot, string Detail)> TryScoreAsync(ServingContract contract, SnapshotInfo snapshot,
        IReadOnlyDictionary<string, object?>? features, CancellationToken ct)
    {
        if (!contract.Realtime)
            return (null, RouteReason.RealtimeOff, $"'{contract.Name}' does not score in real time.");
        if (features is null)
            return (null, RouteReason.NoFeatures, "No features were given; send them by POST to have the key scored in real time.");
        ct.ThrowIfCancellationRequested();
        if (Join(contract, snapshot, features) is not { } flight)
            return (null, RouteReason.Overloaded,
                string.Create(CultureInfo.InvariantCulture,
                $"{contract.MaxConcurrentRealtime} real-time scorings of '{contract.Name}' are going on already; try again in a second."));
        try
        {
            return await flight.WaitAsync(contract.RealtimeDeadline, clock, ct).ConfigureAwait(false) switch
            {
                RealtimeOutcome.Scored scored => (scored, RouteReason.Fresh, ""),
                RealtimeOutcome.Failed failed => (null, RouteReason.RealtimeFailed, failed.Reason),
                RealtimeOutcome.Overloaded full => (null, RouteReason.Overloaded, full.Reason),
                RealtimeOutcome.BadFeatures bad => throw bad.Problem,
                var other => throw new InvariantBrokenException("every real-time outcome is handled", other.GetType().Name),
            };
        }
        catch (TimeoutException)
        {
            troubles.Count(contract.Name, "the deadline of the contract passed");
            return (null, RouteReason.RealtimeFailed,
                string.Create(CultureInfo.InvariantCulture, $"The real-time score did not come within {contract.RealtimeDeadline.TotalMilliseconds:0} ms."));
        }
    }

    /// <summary>Real-time scorings of the name that have not ended, whether or not anybody still waits for them.</summary>
    public int UnderWay(string servingName)
    {
        lock (_lock)
            return _underWay.GetValueOrDefault(servingName);
    }

    // The flight that asks the same, or a new one; null when the name's bound is reached. Finding, counting and entering are one step, else two callers
    // with one question could take two places of the bound, and one of them be refused while the other flies.
    private Task<RealtimeOutcome>? Join(ServingContract contract, SnapshotInfo snapshot, IReadOnlyDictionary<string, object?> features)
    {
        var question = RealtimeQuestion.TextOf(contract.Name, snapshot.Id, features);
        var promise = new TaskCompletionSource<RealtimeOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (question is not null && _flights.TryGetValue(question, out var joined))
                return joined;
            var underWay = _underWay.GetValueOrDefault(contract.Name);
            if (underWay >= contract.MaxConcurrentRealtime)
                return null;
            _underWay[contract.Name] = underWay + 1;
            if (question is not null)
                _flights.Add(question, promise.Task);
        }

        // On a thread of its own: a model that computes without waiting would otherwise keep its caller beyond the deadline.
        _ = Task.Run(() => FlyAsync(question, contract.Name, snapshot, features, promise));
        return promise.Task;
    }

    private async Task FlyAsync(string? question, string name, SnapshotInfo snapshot, IReadOnlyDictionary<string, object?> features,
        TaskCompletionSource<RealtimeOutcome> promise)
    {
        var outcome = ScoreAsync(name, snapshot, features);
        await ((Task)outcome).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_lock)
        {
            _underWay[name]--;
            if (question is not null)
                _flights.Remove(question);
        }

        promise.SetFromTask(outcome);
    }

    // Everything but a broken assumption of ours is an outcome; that one reaches every caller as it is.
    private async Task<RealtimeOutcome> ScoreAsync(string name, SnapshotInfo snapshot, IReadOnlyDictionary<string, object?> features)
    {
        using var limit = new CancellationTokenSource(MaxFlight, clock);
        try
        {
            var outcome = await scoring.ScoreAsync(name, snapshot, features, limit.Token).ConfigureAwait(false);
            if (outcome is RealtimeOutcome.Failed { Failure: { } failure })
                troubles.Count(name, failure);
            return outcome;
        }
        catch (BadInputException problem)
        {
            return new RealtimeOutcome.BadFeatures(problem);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            troubles.Count(name, "a scoring did not end and was given up");
            return new RealtimeOutcome.Failed(
                string.Create(CultureInfo.InvariantCulture, $"The real-time score did not end within {MaxFlight.TotalSeconds:0} s and was given up."));
        }
        catch (Exception failure) when (failure is not InvariantBrokenException)
        {
            troubles.Count(name, failure);
            return new RealtimeOutcome.Failed($"The model of '{name}' failed; the engine's log says why.");
        }
    }
}
