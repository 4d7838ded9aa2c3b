using System.Security.Cryptography;

namespace BatchEngine.Storage.Blobs.Remote;

/// <summary>Tries a request again with growing, scattered pauses, for a bounded time. Thread-safe.</summary>
/// <param name="clock">Counts and waits.</param>
/// <param name="within">After this no further try begins.</param>
internal sealed class Retries(TimeProvider clock, TimeSpan within)
{
    private const int BriefTries = 3;
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(5);

    /// <summary>Runs it until it succeeds, its failure is final or the time is over.</summary>
    /// <param name="attempt">The request, given the number of the try from 1.</param>
    /// <param name="judge">Whether a failure can pass.</param>
    /// <param name="explain">Makes of the last failure, the number of tries and the time they took what the caller sees.</param>
    /// <param name="ct">Stops at once, with the usual exception.</param>
    public async Task<T> RunAsync<T>(Func<int, Task<T>> attempt, Func<Exception, Retriable> judge, Func<Exception, int, TimeSpan, Exception> explain,
        CancellationToken ct)
    {
        var start = clock.GetTimestamp();
        for (var number = 1; ; number++)
        {
            TimeSpan pause;
            try
            {
                return await attempt(number).ConfigureAwait(false);
            }
            catch (Exception) when (ct.IsCancellationRequested)
            {
                ct.ThrowIfCancellationRequested();
                throw;
            }
            catch (Exception failure)
            {
                var elapsed = clock.GetElapsedTime(start);
                pause = Pause(number);
                var verdict = judge(failure);
                if (verdict == Retriable.No || (verdict == Retriable.Briefly && number >= BriefTries) || elapsed + pause > within)
                    throw explain(failure, number, elapsed);
            }
            await Task.Delay(pause, clock, ct).ConfigureAwait(false);
        }
    }

    // Between half and all of a pause that doubles: many workers that were refused at once must not come back at once.
    private static TimeSpan Pause(int number)
    {
        var full = Math.Min(s_longestPause.TotalMilliseconds, s_firstPause.TotalMilliseconds * Math.Pow(2, Math.Min(number, 20) - 1));
        return TimeSpan.FromMilliseconds(full * (0.5 + (RandomNumberGenerator.GetInt32(1000) / 2000.0)));
    }
}
