using BatchEngine.Domain;
using BatchEngine.Scheduler.Leasing;
using BatchEngine.Storage.Blobs;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Retention;

namespace BatchEngine.Scheduler.Retention;

/// <summary>Finds what has outlived its use, and lets it go: rows first, in one transaction a part of a run, then bytes, so that a kill at any point leaves
/// nothing that is named and missing; the next pass goes on. Safe beside nights, routers and other passes.</summary>
/// <param name="database">The database.</param>
/// <param name="stores">Blobs, and what of them is named.</param>
/// <param name="rules">How long what is kept, where a job says nothing else.</param>
/// <param name="rulesOf">How long a job's is kept.</param>
/// <param name="clock">Says "now".</param>
public sealed class RetentionPass(StateDatabase database, RunStores stores, RetentionRules rules, Func<string, RetentionRules> rulesOf, TimeProvider clock)
{
    private const int RemovalPortion = 500;

    // Files before snapshots, and these before the runs that they belong to.
    private static readonly RetentionKind[] s_parts = [RetentionKind.RunFiles, RetentionKind.Outputs, RetentionKind.DeadLetters, RetentionKind.Snapshots,
        RetentionKind.Profiles, RetentionKind.Runs];

    private readonly RetentionStore _store = new(database);
    private readonly AgedRows _rows = new(database);

    /// <summary>What would go now. Changes nothing. A run whose files would go first is counted among the kept ones.</summary>
    /// <exception cref="StorageFailedException">The database cannot be read.</exception>
    public Task<IReadOnlyList<RetentionLine>> PlanAsync(CancellationToken ct) => WalkAsync(_store.LookAsync, async (kind, before) =>
        await _rows.CountAsync(kind, before, ct).ConfigureAwait(false) is var (count, oldest, newest) ? (count, oldest, newest) : (0, null, null), ct);

    /// <summary>Lets it go, writes down what went as a decision, and removes blobs that no row names.</summary>
    /// <returns>What went.</returns>
    /// <exception cref="StorageFailedException">Database or store failed; what went is gone, and the next pass goes on.</exception>
    public async Task<IReadOnlyList<RetentionLine>> ApplyAsync(CancellationToken ct)
    {
        var lines = await WalkAsync(RetireAsync, async (kind, before) =>
            (await _rows.RemoveAsync(kind, before, ct).ConfigureAwait(false), null, null), ct).ConfigureAwait(false);
        if (lines.Any(l => l.Count > 0))
            await stores.Decisions.AppendAsync(new Decision(null, clock.GetUtcNow(), DecisionSubject.Retention,
                string.Join(", ", lines.Where(l => l.Count > 0).Select(l => FormattableString.Invariant($"{l.Kind} {l.Count:N0}"))),
                FormattableString.Invariant(
                    $"{lines.Sum(l => l.Blobs):N0} blobs with {lines.Sum(l => l.Bytes):N0} bytes; as old as the configuration lets them be")),
                ct).ConfigureAwait(false);
        await RemoveBlobsAsync(ct).ConfigureAwait(false);
        return lines;
    }

    // Most of what is kept is kept today as yesterday: it is read, and only what goes is written.
    private async Task<PartFate> RetireAsync(EndedPart part, DateTimeOffset before, int keepSnapshots, CancellationToken ct) =>
        await _store.LookAsync(part, before, keepSnapshots, ct).ConfigureAwait(false) is { Kept: not null } kept ? kept
            : await _store.RetireAsync(part, before, keepSnapshots, ct).ConfigureAwait(false);

    private async Task<IReadOnlyList<RetentionLine>> WalkAsync(Func<EndedPart, DateTimeOffset, int, CancellationToken, Task<PartFate>> fateAsync,
        Func<RetentionKind, DateTimeOffset, Task<(long Count, DateTimeOffset? Oldest, DateTimeOffset? Newest)>> rowsAsync, CancellationToken ct)
    {
        var (now, lines) = (clock.GetUtcNow(), new List<RetentionLine>());
        foreach (var part in s_parts)
        {
            var line = new RetentionLine(part, 0, 0, 0, null, null, new SortedDictionary<string, int>(StringComparer.Ordinal));
            // Jobs differ: all that has ended is asked for, and each is measured by its job's rule.
            foreach (var ended in await _store.EndedAsync(part, now, ct).ConfigureAwait(false))
            {
                var own = rulesOf(ended.Run.Job);
                if (own.Before(part, now) is not { } before || ended.EndedAt >= before)
                    continue;
                line = Add(line, ended, await fateAsync(ended, before, own.KeepSnapshots, ct).ConfigureAwait(false));
            }
            lines.Add(line);
        }
        foreach (var kind in AgedRows.Kinds)
        {
            var (count, oldest, newest) = rules.Before(kind, now) is { } before ? await rowsAsync(kind, before).ConfigureAwait(false) : (0, null, null);
            lines.Add(new RetentionLine(kind, count, 0, 0, oldest, newest, new SortedDictionary<string, int>(StringComparer.Ordinal)));
        }
        return lines;
    }

    private static RetentionLine Add(RetentionLine line, EndedPart part, PartFate fate)
    {
        if (fate.Kept is not { } why)
            return line with
            {
                Count = line.Count + 1,
                Blobs = line.Blobs + fate.Blobs,
                Bytes = line.Bytes + fate.Bytes,
                Oldest = line.Oldest ?? part.EndedAt,
                Newest = part.EndedAt,
            };
        var kept = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var (reason, count) in line.Kept)
            kept[reason] = count;
        kept[why] = kept.GetValueOrDefault(why) + 1;
        return line with { Kept = kept };
    }

    private async Task RemoveBlobsAsync(CancellationToken ct)
    {
        if (!await stores.Claim.IsOursAsync(ct).ConfigureAwait(false))
            throw new StorageFailedException(stores.Blobs.Place, "nothing is removed: it does not say that it is this database's.", isTransient: false);
        while (await _store.RemovalsAsync(RemovalPortion, ct).ConfigureAwait(false) is { Count: > 0 } portion)
        {
            foreach (var blob in portion)
                await stores.Blobs.DeleteAsync(blob, ct).ConfigureAwait(false);
            await _store.RemovedAsync(portion, ct).ConfigureAwait(false);
        }
        await new BlobSweeper(stores.Blobs, clock).SweepAsync([""], stores.Named.AmongAsync, BlobSweeper.DefaultGrace, ct).ConfigureAwait(false);
    }
}
