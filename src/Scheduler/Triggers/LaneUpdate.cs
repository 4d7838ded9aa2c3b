using BatchEngine.Domain;
using BatchEngine.Storage.Database.Lanes;

namespace BatchEngine.Scheduler.Triggers;

/// <summary>Changes what is stored of a lane while other processes may change it too: reads, decides, writes if nobody was faster, else begins anew.</summary>
internal static class LaneUpdate
{
    // A try is lost only to a change that was stored, so whoever gives up has seen this many others go through.
    private const int MaxTries = 50;

    /// <summary>Makes a change of what is stored now.</summary>
    /// <param name="lanes">The store.</param>
    /// <param name="job">The job.</param>
    /// <param name="decide">A pure function of the stored state and the database's clock; null leaves it. May be called more than once.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <returns>What is stored now, and whether this call changed it.</returns>
    /// <exception cref="StorageFailedException">Others changed it each time; trying again may help.</exception>
    public static async Task<(StoredLane Stored, bool IsChanged)> MakeAsync(LaneStore lanes, string job, Func<LaneState, DateTimeOffset, LaneChange?> decide,
        CancellationToken ct)
    {
        for (var tries = 0; tries < MaxTries; tries++)
        {
            var stored = await lanes.ReadAsync(job, ct).ConfigureAwait(false);
            if (stored.State is not { } state || decide(state, stored.Now) is not { } change)
                return (stored, false);
            if (await lanes.TryChangeAsync(change.Next, change.Decisions, ct).ConfigureAwait(false) is { } after)
                return (stored with { State = after }, true);
        }
        throw new StorageFailedException($"schedule of job {job}", $"other processes changed it during each of {MaxTries} tries.", isTransient: true);
    }
}
