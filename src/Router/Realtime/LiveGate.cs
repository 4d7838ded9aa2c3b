using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using BatchEngine.Domain;

namespace BatchEngine.Router.Realtime;

/// <summary>
/// The door to live scoring: a bound on calls at once, a deadline, and one call for callers that ask the same at the same time. Thread-safe.
/// A caller that leaves does not stop the call for the others; failures are shared by those waiting but never kept.
/// </summary>
public sealed class LiveGate(ILiveScoring scoring, TimeProvider clock)
{
    private readonly ConcurrentDictionary<string, Task<LiveOutcome>> _flights = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, StrongCount> _inFlight = new(StringComparer.Ordinal);

    /// <summary>Scores within the contract's limits.</summary>
    /// <param name="contract">The bound, the deadline, and whether live scoring is allowed.</param>
    /// <param name="features">By source column; null means that the caller gave none.</param>
    /// <param name="ct">The caller leaves.</param>
    /// <returns>The scored outcome, or why there is none with a sentence for the caller.</returns>
    /// <exception cref="BadInputException">The features cannot be used.</exception>
    public async ValueTask<(LiveOutcome.Scored? Scored, RouteReason WhyNot, string Detail)> TryScoreAsync(ServingContract contract, IReadOnlyDictionary<string, object?>? features, CancellationToken ct)
    {
        if (!contract.Realtime)
            return (null, RouteReason.RealtimeOff, $"'{contract.Name}' does not score live.");
        if (features is null)
            return (null, RouteReason.NoFeatures, "No features were given; send them by POST to have the key scored live.");
        if (Join(contract, features) is not { } flight)
            return (null, RouteReason.Overloaded, string.Create(CultureInfo.InvariantCulture, $"{contract.MaxConcurrentRealtime} live scorings of '{contract.Name}' are going on already; try again in a second."));
        try
        {
            return await flight.WaitAsync(contract.RealtimeDeadline, clock, ct).ConfigureAwait(false) switch
            {
                LiveOutcome.Scored scored => (scored, RouteReason.Fresh, ""),
                LiveOutcome.Failed failed => (null, RouteReason.RealtimeFailed, failed.Reason),
                LiveOutcome.BadFeatures bad => throw bad.Problem,
                var other => throw new InvariantBrokenException("every live outcome is handled", other.GetType().Name),
            };
        }
        catch (TimeoutException)
        {
            return (null, RouteReason.RealtimeFailed, string.Create(CultureInfo.InvariantCulture, $"The live score did not come within {contract.RealtimeDeadline.TotalMilliseconds:0} ms."));
        }
    }

    // The flight that asks the same, or a new one; null when the name's bound is reached.
    private Task<LiveOutcome>? Join(ServingContract contract, IReadOnlyDictionary<string, object?> features)
    {
        var question = Question(contract.Name, features);
        if (_flights.TryGetValue(question, out var joined))
            return joined;
        var count = _inFlight.GetOrAdd(contract.Name, _ => new StrongCount());
        if (Interlocked.Increment(ref count.Value) > contract.MaxConcurrentRealtime)
        {
            Interlocked.Decrement(ref count.Value);
            return null;
        }

        var promise = new TaskCompletionSource<LiveOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        var flight = _flights.GetOrAdd(question, promise.Task);
        if (flight == promise.Task)
            _ = FlyAsync(question, contract.Name, features, promise, count);
        else
            Interlocked.Decrement(ref count.Value);
        return flight;
    }

    private async Task FlyAsync(string question, string name, IReadOnlyDictionary<string, object?> features, TaskCompletionSource<LiveOutcome> promise, StrongCount count)
    {
        LiveOutcome outcome;
        try
        {
            outcome = await scoring.ScoreAsync(name, features, CancellationToken.None).ConfigureAwait(false);
        }
        catch (BadInputException problem)
        {
            outcome = new LiveOutcome.BadFeatures(problem);
        }
        catch (Exception failure)
        {
            outcome = new LiveOutcome.Failed(failure.Message);
        }

        _flights.TryRemove(KeyValuePair.Create(question, promise.Task));
        Interlocked.Decrement(ref count.Value);
        promise.SetResult(outcome);
    }

    // Length-prefixed, so that no two different questions have one text.
    private static string Question(string name, IReadOnlyDictionary<string, object?> features)
    {
        var text = new StringBuilder(name).Append('\n');
        foreach (var (column, value) in features.OrderBy(f => f.Key, StringComparer.Ordinal))
        {
            var shown = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
            text.Append(column.Length).Append(':').Append(column).Append(value?.GetType().Name).Append(shown.Length).Append(':').Append(shown);
        }

        return text.ToString();
    }

    private sealed class StrongCount
    {
        public int Value;
    }
}
