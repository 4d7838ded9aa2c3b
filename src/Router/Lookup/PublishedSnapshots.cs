using System.Collections.Frozen;
using BatchEngine.Domain;
using BatchEngine.Storage.Database.Snapshots;

namespace BatchEngine.Router.Lookup;

/// <summary>What is published under each serving name, as the rows say; no segment is opened, so whoever only scores needs no memory for them. Thread-safe to
/// read; refreshed by one caller.</summary>
public sealed class PublishedSnapshots(SnapshotStore snapshots, TimeProvider clock)
{
    private volatile FrozenDictionary<string, PublishedName> _names = FrozenDictionary<string, PublishedName>.Empty;
    private volatile string? _trouble;
    private long _stamp = -1;

    /// <summary>Why the rows cannot be read now; null when they can.</summary>
    public string? Trouble => _trouble;

    /// <summary>Every serving name now.</summary>
    public IReadOnlyCollection<PublishedName> All => _names.Values;

    /// <summary>The runs behind the current snapshots whose contracts let real-time scoring answer.</summary>
    public IEnumerable<RunId> RealtimeRuns => All.Where(n => n.Contract.Realtime).Select(n => n.Snapshot?.Run).OfType<RunId>();

    /// <summary>What is published under a name; null means that no job serves under it.</summary>
    public PublishedName? Find(string servingName) => _names.GetValueOrDefault(servingName);

    /// <summary>Reads again whenever a contract or a current snapshot moves, until stopped. A failure is kept in <see cref="Trouble"/> and tried again at the
    /// next poll.</summary>
    public async Task FollowAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            await TryRefreshAsync(ct).ConfigureAwait(false);
            await Task.Delay(SnapshotCatalog.PollInterval, clock, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Reads what is published, if that moved; what keeps it from it is kept in <see cref="Trouble"/>.</summary>
    public async Task TryRefreshAsync(CancellationToken ct)
    {
        try
        {
            var stamp = await snapshots.ChangeStampAsync(ct).ConfigureAwait(false);
            if (stamp != _stamp)
            {
                var names = new Dictionary<string, PublishedName>(StringComparer.Ordinal);
                foreach (var served in await snapshots.ContractsAsync(ct).ConfigureAwait(false))
                {
                    var name = served.Contract.Name;
                    names[name] = new PublishedName(served.Contract, await snapshots.CurrentAsync(name, ct).ConfigureAwait(false));
                }
                _names = names.ToFrozenDictionary(StringComparer.Ordinal);
                _stamp = stamp;
            }
            _trouble = null;
        }
        catch (BatchEngineException failure) when (failure is not InvariantBrokenException)
        {
            _trouble = failure.Message;
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // It is stopped; what was read before stays.
        }
    }
}
