using BatchEngine.Domain;

namespace BatchEngine.Storage.Blobs.Remote;

/// <summary>Asks a store: each request is bounded in time, tried again while that can help, and explained when it cannot. Thread-safe.</summary>
/// <param name="options">How long.</param>
/// <param name="clock">Counts and waits.</param>
/// <param name="judge">Whether a failure can pass.</param>
/// <param name="explain">What it means and what to do, given the time of this machine.</param>
internal sealed class StoreRequests(ObjectStoreOptions options, TimeProvider clock, Func<Exception, Retriable> judge,
    Func<Exception, DateTimeOffset, string> explain)
{
    private readonly Retries _retries = new(clock, options.RetryFor);

    /// <summary>Asks, again while that can help.</summary>
    /// <param name="place">What it is about, for messages: scheme, bucket and key.</param>
    /// <param name="request">The request; it may be sent several times.</param>
    /// <param name="ct">Stops.</param>
    /// <exception cref="StorageFailedException">It did not succeed.</exception>
    public Task<T> AskAsync<T>(string place, Func<CancellationToken, Task<T>> request, CancellationToken ct)
    {
        return _retries.RunAsync(_ => OnceAsync(), Judge, (failure, tries, elapsed) => Explain(place, failure, tries, elapsed), ct);

        async Task<T> OnceAsync()
        {
            using var limit = new CancellationTokenSource(options.Timeout, clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
            try
            {
                return await request(either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException late) when (limit.IsCancellationRequested && !ct.IsCancellationRequested)
            {
                throw new TimeoutException(FormattableString.Invariant($"no complete answer within {options.Timeout.TotalSeconds:0.#} s"), late);
            }
        }
    }

    private Retriable Judge(Exception failure) => failure is BatchEngineException known ? known.IsTransient ? Retriable.Yes : Retriable.No : judge(failure);

    private Exception Explain(string place, Exception failure, int tries, TimeSpan elapsed)
    {
        if (failure is BatchEngineException)
            return failure;
        var tried = tries == 1 ? "" : FormattableString.Invariant($" It was tried {tries} times in {elapsed.TotalSeconds:0.#} s.");
        return new StorageFailedException(place, explain(failure, clock.GetUtcNow()) + tried, judge(failure) != Retriable.No, failure);
    }
}
