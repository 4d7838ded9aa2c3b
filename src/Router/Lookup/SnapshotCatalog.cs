using System.Collections.Frozen;
using BatchEngine.Domain;
using BatchEngine.Storage.Blobs;
using BatchEngine.Storage.Database;
using BatchEngine.Storage.Snapshots;

namespace BatchEngine.Router.Lookup;

/// <summary>
/// The current snapshot of every serving name, mapped. Look-ups read it without a lock; a refresh maps and verifies a new snapshot before it swaps, keeps the old one when that fails,
/// and lets old readers drain. Thread-safe; refreshes run one at a time.
/// </summary>
public sealed class SnapshotCatalog : IAsyncDisposable
{
    private readonly SnapshotStore _snapshots;
    private readonly IBlobStore _blobs;
    private readonly TimeProvider _clock;
    private readonly SemaphoreSlim _one = new(1, 1);
    private volatile FrozenDictionary<string, ServedName> _served = FrozenDictionary<string, ServedName>.Empty;
    private volatile IReadOnlyList<string> _problems = [];
    private long _stamp = -1;

    /// <summary>Creates an empty catalogue; refresh it before use.</summary>
    public SnapshotCatalog(SnapshotStore snapshots, IBlobStore blobs, TimeProvider clock) => (_snapshots, _blobs, _clock) = (snapshots, blobs, clock);

    /// <summary>How often <see cref="FollowAsync"/> asks the database.</summary>
    public static TimeSpan PollInterval { get; } = TimeSpan.FromMilliseconds(250);

    /// <summary>What could not be opened at the last refresh, one sentence each; empty when all is well.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>Every serving name now.</summary>
    public IReadOnlyCollection<ServedName> All => _served.Values;

    /// <summary>What a name answers from; null means that no job serves under it.</summary>
    public ServedName? Find(string servingName) => _served.GetValueOrDefault(servingName);

    /// <summary>Refreshes whenever a contract or a current snapshot moves, until stopped. A failure is kept in <see cref="Problems"/> and tried again at the next poll.</summary>
    public async Task FollowAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await RefreshAsync(ct).ConfigureAwait(false);
            }
            catch (BatchEngineException failure)
            {
                _problems = [failure.Message];
            }

            await Task.Delay(PollInterval, _clock, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Brings the catalogue to the database's state, if that moved or the last refresh had problems.</summary>
    /// <returns>Whether anything was looked at.</returns>
    /// <exception cref="StorageFailedException">The database cannot be read.</exception>
    public async Task<bool> RefreshAsync(CancellationToken ct)
    {
        await _one.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            var stamp = await _snapshots.ChangeStampAsync(ct).ConfigureAwait(false);
            if (stamp == _stamp && _problems.Count == 0)
                return false;
            await SwapAsync(ct).ConfigureAwait(false);
            _stamp = stamp;
            return true;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Unmaps everything after the last look-up has left.</summary>
    public async ValueTask DisposeAsync()
    {
        await _one.WaitAsync().ConfigureAwait(false);
        foreach (var served in _served.Values)
            served.Reader?.Dispose();
        _served = FrozenDictionary<string, ServedName>.Empty;
        _one.Release();
    }

    private async Task SwapAsync(CancellationToken ct)
    {
        var next = new Dictionary<string, ServedName>(StringComparer.Ordinal);
        var problems = new List<string>();
        var before = _served;
        foreach (var contract in await _snapshots.ContractsAsync(ct).ConfigureAwait(false))
        {
            var name = contract.Contract.Name;
            var old = before.GetValueOrDefault(name)?.Reader;
            var current = await _snapshots.CurrentAsync(name, ct).ConfigureAwait(false);
            next[name] = new ServedName(contract.Contract, current is null ? null : current.Id == old?.Info.Id ? old : Open(current, old, problems, ct));
        }

        _served = next.ToFrozenDictionary(StringComparer.Ordinal);
        _problems = problems;
        foreach (var (name, served) in before)
        {
            if (served.Reader is { } old && next.GetValueOrDefault(name)?.Reader != old)
                old.Dispose();
        }
    }

    private SnapshotReader? Open(SnapshotInfo snapshot, SnapshotReader? old, List<string> problems, CancellationToken ct)
    {
        try
        {
            return SnapshotReader.Open(snapshot, s => _blobs.LocalPath(s.Artifact.BlobName) ?? throw new StorageFailedException(s.Artifact.BlobName, "it is not on this machine.", isTransient: false), null, ct);
        }
        catch (BatchEngineException failure)
        {
            problems.Add($"'{snapshot.ServingName}' keeps {(old is null ? "nothing" : $"snapshot {old.Info.Id}")}, snapshot {snapshot.Id} cannot be served: {failure.Message}");
            return old;
        }
    }
}
