using System.Collections.Frozen;
using BatchEngine.Domain;
using BatchEngine.Storage.Blobs.Copies;
using BatchEngine.Storage.Database.Snapshots;
using BatchEngine.Storage.Snapshots.Readers;

namespace BatchEngine.Router.Lookup;

/// <summary>
/// The current snapshot of every serving name, in memory. Look-ups read it without a lock; a refresh copies and verifies a new snapshot before it swaps,
/// keeps the old one when that fails, and lets old readers drain. Thread-safe; refreshes run one at a time.
/// </summary>
public sealed class SnapshotCatalog : IAsyncDisposable
{
    private const int MaxSwapRetries = 8;

    /// <summary>How many earlier snapshots are tried when the current one cannot be opened.</summary>
    private const int MaxStepsBack = 3;

    private readonly SnapshotStore _snapshots;
    private readonly LocalCopies _copies;
    private readonly TimeProvider _clock;
    private readonly SemaphoreSlim _one = new(1, 1);
    private volatile FrozenDictionary<string, ServedName> _served = FrozenDictionary<string, ServedName>.Empty;
    private volatile IReadOnlyList<CatalogProblem> _unopened = [];
    private volatile CatalogProblem? _unread;
    private long _stamp = -1;
    private long _triedAt;
    private bool _disposed;

    /// <summary>Creates an empty catalogue; refresh it before use.</summary>
    public SnapshotCatalog(SnapshotStore snapshots, LocalCopies copies, TimeProvider clock) => (_snapshots, _copies, _clock) = (snapshots, copies, clock);

    /// <summary>How often <see cref="FollowAsync"/> asks the database.</summary>
    public static TimeSpan PollInterval { get; } = TimeSpan.FromMilliseconds(250);

    /// <summary>A snapshot that cannot be opened is tried again after this time, or when anything is published: verifying reads every byte of it.</summary>
    public static TimeSpan RetryInterval { get; } = TimeSpan.FromSeconds(5);

    /// <summary>What could not be read or opened at the last refresh, one sentence each; empty when all is well.</summary>
    public IReadOnlyList<CatalogProblem> Problems => _unread is { } unread ? [unread, .. _unopened] : _unopened;

    /// <summary>Told each problem once when it comes, in the words for operators; default nobody is.</summary>
    public Action<string> Tell { get; set; } = _ => { };

    /// <summary>Every serving name now.</summary>
    public IReadOnlyCollection<ServedName> All => _served.Values;

    /// <summary>The runs behind the snapshots in memory whose contracts let real-time scoring answer.</summary>
    public IEnumerable<RunId> RealtimeRuns => All.Where(s => s.Contract.Realtime).Select(s => s.Reader?.Info.Run).OfType<RunId>();

    /// <summary>What a name answers from; null means that no job serves under it.</summary>
    public ServedName? Find(string servingName) => _served.GetValueOrDefault(servingName);

    /// <summary>Holds what a name answers from now; the caller disposes it. Null means that no job serves under the name.</summary>
    public HeldName? Hold(string servingName)
    {
        var served = Find(servingName);
        // One that is swapped out between finding and holding it is looked for again: the next one is already here.
        for (var attempt = 0; served is not null && attempt < MaxSwapRetries; attempt++, served = Find(servingName))
        {
            if (served.Reader is null || served.Reader.TryAcquire())
                return new HeldName(served, served.Reader);
        }
        return served is null ? null : new HeldName(served, null);
    }

    /// <summary>Refreshes whenever a contract or a current snapshot moves, until stopped. A failure is kept in <see cref="Problems"/> and tried again at the
    /// next poll.</summary>
    public async Task FollowAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await RefreshAsync(ct).ConfigureAwait(false);
                _unread = null;
            }
            catch (BatchEngineException failure) when (failure is not InvariantBrokenException)
            {
                var before = _unread;
                _unread = new CatalogProblem("What is published cannot be read now; what was served before still is.", failure.Message);
                if (before?.Detail != failure.Message)
                    Tell(failure.Message);
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return;
            }

            await Task.Delay(PollInterval, _clock, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Brings the catalogue to the database's state, if that moved, or if something could not be opened a <see cref="RetryInterval"/> ago.</summary>
    /// <returns>Whether anything was looked at.</returns>
    /// <exception cref="StorageFailedException">The database cannot be read; what was served before still is.</exception>
    /// <exception cref="ObjectDisposedException">The catalogue is closed.</exception>
    public async Task<bool> RefreshAsync(CancellationToken ct)
    {
        await _one.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var stamp = await _snapshots.ChangeStampAsync(ct).ConfigureAwait(false);
            if (stamp == _stamp && (_unopened.Count == 0 || _clock.GetElapsedTime(_triedAt) < RetryInterval))
                return false;
            await SwapAsync(ct).ConfigureAwait(false);
            (_stamp, _triedAt) = (stamp, _clock.GetTimestamp());
            return true;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Frees everything after the last look-up has left. Calling it again does nothing.</summary>
    public async ValueTask DisposeAsync()
    {
        await _one.WaitAsync().ConfigureAwait(false);
        _disposed = true;
        var last = _served;
        _served = FrozenDictionary<string, ServedName>.Empty;
        DisposeReadersOf(last, keep: _served);
        _one.Release();
    }

    private async Task SwapAsync(CancellationToken ct)
    {
        var next = new Dictionary<string, ServedName>(StringComparer.Ordinal);
        var unopened = new List<CatalogProblem>();
        var before = _served;
        try
        {
            foreach (var contract in await _snapshots.ContractsAsync(ct).ConfigureAwait(false))
            {
                var name = contract.Contract.Name;
                var old = before.GetValueOrDefault(name)?.Reader;
                var current = await _snapshots.CurrentAsync(name, ct).ConfigureAwait(false);
                var reader = current is null ? null : current.Id == old?.Info.Id ? old
                    : await OpenAsync(current, old, contract.Contract.FallsBack, unopened, ct).ConfigureAwait(false);
                next[name] = new ServedName(contract.Contract, reader, HasUnopened: current is not null && reader is null);
            }
        }
        catch
        {
            DisposeReadersOf(next, keep: before);
            throw;
        }

        _served = next.ToFrozenDictionary(StringComparer.Ordinal);
        var told = _unopened;
        _unopened = unopened;
        foreach (var problem in unopened.Where(p => !told.Contains(p)))
            Tell(problem.Detail);
        DisposeReadersOf(before, keep: next);
    }

    private static void DisposeReadersOf(IReadOnlyDictionary<string, ServedName> some, IReadOnlyDictionary<string, ServedName> keep)
    {
        foreach (var (name, served) in some)
        {
            if (served.Reader is { } reader && keep.GetValueOrDefault(name)?.Reader != reader)
                reader.Dispose();
        }
    }

    // A running server keeps what it has. One that starts has nothing, and goes back where the contract lets it.
    private async Task<SnapshotReader?> OpenAsync(SnapshotInfo current, SnapshotReader? old, bool fallsBack, List<CatalogProblem> unopened,
        CancellationToken ct)
    {
        var (reader, why) = await TryOpenAsync(current, old, ct).ConfigureAwait(false);
        if (reader is not null)
            return reader;
        reader = old;
        if (reader is null && fallsBack)
        {
            foreach (var before in await _snapshots.ServedBeforeAsync(current.ServingName, MaxStepsBack, ct).ConfigureAwait(false))
            {
                if (before.Id != current.Id && (await TryOpenAsync(before, old, ct).ConfigureAwait(false)).Reader is { } found)
                {
                    reader = found;
                    break;
                }
            }
        }
        var text = $"'{current.ServingName}' keeps {(reader is null ? "nothing" : $"snapshot {reader.Info.Id}")}, snapshot {current.Id} cannot be served";
        unopened.Add(new CatalogProblem($"{text}; the engine's log and `batchengine doctor` say why.", $"{text}: {why}"));
        return reader;
    }

    private async Task<(SnapshotReader? Reader, string Why)> TryOpenAsync(SnapshotInfo snapshot, SnapshotReader? old, CancellationToken ct)
    {
        try
        {
            return (await SnapshotReader.OpenAsync(snapshot, _copies, SnapshotHolding.Copied, old, ct).ConfigureAwait(false), "");
        }
        catch (BatchEngineException failure) when (failure is not InvariantBrokenException)
        {
            return (null, failure.Message);
        }
    }
}
