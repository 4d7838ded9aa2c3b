using BatchEngine.Domain;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Runs;
using BatchEngine.Storage.Database.Transactions;
using BatchEngine.Storage.Database.Values;

namespace BatchEngine.Storage.Database.Retention;

/// <summary>Retires what has outlived its use: in one transaction the rows go, or are marked, and their blobs are written down for removal; the bytes follow.
/// Nothing goes that serves, that a run which has not ended goes on from, or that a kept row names. Thread-safe; every method may be repeated, and several
/// processes may do so at once.</summary>
/// <param name="database">The database.</param>
public sealed class RetentionStore(StateDatabase database)
{
    /// <summary>The runs that ended before an instant and of which the part is still there, the earliest end first.</summary>
    public Task<IReadOnlyList<EndedPart>> EndedAsync(RetentionKind part, DateTimeOffset before, CancellationToken ct) => database.ReadAsync(async tx =>
    {
        var rows = await tx.QueryAsync<Row>("SELECT run_id, ended_at FROM kept_parts WHERE part = @part AND ended_at < @before ORDER BY ended_at, run_id",
            new { part = part.ToString(), before = EpochMicroseconds.Of(before) }).ConfigureAwait(false);
        return (IReadOnlyList<EndedPart>)[.. rows.Select(r => new EndedPart(RunId.Parse(r.RunId), part, EpochMicroseconds.ToInstant(r.EndedAt)))];
    }, ct);

    /// <summary>What would become of a part of a run.</summary>
    /// <param name="ended">The part.</param>
    /// <param name="before">Before which instant it may go.</param>
    /// <param name="keepSnapshots">So many snapshots of a name are kept, counted back from the one that serves.</param>
    /// <param name="ct">Stops waiting.</param>
    public Task<PartFate> LookAsync(EndedPart ended, DateTimeOffset before, int keepSnapshots, CancellationToken ct) => database.ReadTogetherAsync(async tx =>
    {
        var why = await KeptAsync(tx, ended.Run, ended.Part, before, keepSnapshots).ConfigureAwait(false);
        var blobs = why is null ? await OwnedAsync(tx, ended.Run.ToString(), ended.Part).ConfigureAwait(false) : [];
        return new PartFate(why, blobs.Count, blobs.Sum(b => b.Bytes));
    }, ct);

    /// <summary>Retires a part of a run, unless something keeps it by now: its rows go or are marked, and the blobs that no other row names are written down
    /// for
    /// removal (<see cref="RemovalsAsync"/>). Retiring it again does nothing.</summary>
    public Task<PartFate> RetireAsync(EndedPart ended, DateTimeOffset before, int keepSnapshots, CancellationToken ct) => database.WriteAsync(async tx =>
    {
        var (run, part) = (ended.Run.ToString(), ended.Part);
        // Held for this transaction, also against those that let its snapshot serve or that go on with it.
        await RunParts.TouchAsync(tx, ended.Run).ConfigureAwait(false);
        if (await KeptAsync(tx, ended.Run, part, before, keepSnapshots).ConfigureAwait(false) is { } why)
            return new PartFate(why, 0, 0);
        var blobs = await OwnedAsync(tx, run, part).ConfigureAwait(false);
        foreach (var blob in blobs)
            await tx.ExecuteAsync("INSERT INTO removals (blob_name, bytes, removed_at) VALUES (@BlobName, @Bytes, @now) ON CONFLICT (blob_name) DO NOTHING",
                new { blob.BlobName, blob.Bytes, now = tx.NowMicroseconds }).ConfigureAwait(false);
        await MarkAsync(tx, run, part).ConfigureAwait(false);
        await RemoveRowsAsync(tx, run, part).ConfigureAwait(false);
        return new PartFate(null, blobs.Count, blobs.Sum(b => b.Bytes));
    }, Isolation.RowLocks, ct);

    /// <summary>Blobs that are to be removed.</summary>
    public Task<IReadOnlyList<string>> RemovalsAsync(int most, CancellationToken ct) => database.ReadAsync(tx =>
        tx.QueryAsync<string>("SELECT blob_name FROM removals ORDER BY removed_at, blob_name LIMIT @most", new { most }), ct);

    /// <summary>Those blobs are gone.</summary>
    public Task RemovedAsync(IReadOnlyList<string> blobs, CancellationToken ct) => database.WriteAsync(async tx =>
    {
        foreach (var blob in blobs)
            await tx.ExecuteAsync("DELETE FROM removals WHERE blob_name = @blob", new { blob }).ConfigureAwait(false);
        return blobs.Count;
    }, ct);

    private static async Task<string?> KeptAsync(StateTransaction tx, RunId id, RetentionKind part, DateTimeOffset before, int keepSnapshots)
    {
        var run = id.ToString();
        var facts = await tx.FindAsync<Facts>("SELECT serving_name, state, ended_at FROM runs WHERE run_id = @run", new { run }).ConfigureAwait(false)
            ?? throw RunStore.Unknown(id);
        var there = await tx.NumberAsync("SELECT ended_at FROM kept_parts WHERE part = @part AND run_id = @run", new { part = part.ToString(), run })
            .ConfigureAwait(false);
        if (there is null)
            return "it was retired before";
        if (facts.EndedAt is null || EpochMicroseconds.ToInstant(there.Value) >= before)
            return "it goes on, or ended again lately";
        if (part == RetentionKind.Profiles)
            return await ComparedAsync(tx, id).ConfigureAwait(false);
        if (await tx.NumberAsync("SELECT 1 FROM current_snapshots c JOIN snapshots s ON s.id = c.snapshot_id WHERE s.run_id = @run", new { run })
            .ConfigureAwait(false) is not null)
            return "its snapshot serves";
        if (await tx.NumberAsync("""
            SELECT 1 FROM run_bases b JOIN runs r ON r.run_id = b.run_id WHERE b.base_run = @run AND (r.ended_at IS NULL OR r.state = 'Failed')
                AND NOT EXISTS (SELECT 1 FROM retired_runs t WHERE t.run_id = r.run_id) LIMIT 1
            """, new { run }).ConfigureAwait(false) is not null)
            return "a run that has not ended takes over from it";
        if (facts.State == nameof(RunState.Failed) && part != RetentionKind.Runs)
            return "it failed and may be resumed: what it has goes with the run";
        return part switch
        {
            RetentionKind.Snapshots => await ServedLatelyAsync(tx, run, facts.ServingName, before, keepSnapshots).ConfigureAwait(false),
            RetentionKind.Runs => await RunKeptAsync(tx, id, facts).ConfigureAwait(false),
            _ => null,
        };
    }

    private static async Task<string?> RunKeptAsync(StateTransaction tx, RunId run, Facts facts)
    {
        if (await tx.FindAsync<string>("SELECT run_id FROM runs WHERE job = @job ORDER BY scheduled_at DESC LIMIT 1", new { job = run.Job })
            .ConfigureAwait(false) == run.ToString())
            return "it is the newest of its job";
        if (await tx.NumberAsync("SELECT 1 FROM lane_pending WHERE job = @job AND scheduled_at = @at",
            new { job = run.Job, at = EpochMicroseconds.Of(run.ScheduledAt) }).ConfigureAwait(false) is not null)
            return "its job's schedule waits for it";
        // What of a failed or cancelled run is left goes with it; a run that ended well goes when nothing else of it is kept.
        return facts.State is nameof(RunState.Failed) or nameof(RunState.Cancelled)
            || (await RunBlobs.NamedAsync(tx, run.ToString()).ConfigureAwait(false)).All(b => b.Part == RetentionKind.Runs) ? null : "files of it are kept";
    }

    // A roll-back goes from the one that serves to the one before, and on. What was published by hand in between is a step, too.
    private static async Task<string?> ServedLatelyAsync(StateTransaction tx, string run, string name, DateTimeOffset before, int keepSnapshots)
    {
        var steps = new HashSet<string>(StringComparer.Ordinal);
        var at = await tx.NumberAsync("SELECT publication_number FROM current_snapshots WHERE serving_name = @name", new { name }).ConfigureAwait(false);
        while (at is { } number && steps.Count < keepSnapshots)
        {
            var step = await tx.FindAsync<Step>("""
                SELECT s.run_id, p.previous_number FROM publications p JOIN snapshots s ON s.id = p.snapshot_id WHERE p.number = @number
                """, new { number }).ConfigureAwait(false);
            if (step is null)
                break;
            steps.Add(step.RunId);
            at = step.PreviousNumber;
        }
        if (steps.Contains(run))
            return FormattableString.Invariant($"it is one of the {keepSnapshots} that serve or that a roll-back goes to first");
        var last = await tx.NumberAsync("SELECT MAX(p.number) FROM publications p JOIN snapshots s ON s.id = p.snapshot_id WHERE s.run_id = @run",
            new { run }).ConfigureAwait(false);
        var since = last is null ? null : await tx.NumberAsync("""
            SELECT published_at FROM publications WHERE serving_name = @name AND number > @last ORDER BY number LIMIT 1
            """, new { name, last }).ConfigureAwait(false);
        return since is { } replaced && EpochMicroseconds.ToInstant(replaced) >= before ? "it served until lately" : null;
    }

    private static async Task<string?> ComparedAsync(StateTransaction tx, RunId run)
    {
        foreach (var order in (string[])["DESC", "ASC"])
        {
            foreach (var state in (RunState[])[RunState.Published, RunState.Completed])
            {
                if (await tx.FindAsync<string>($"SELECT run_id FROM runs WHERE job = @job AND state = @state ORDER BY scheduled_at {order} LIMIT 1",
                    new { job = run.Job, state = state.ToString() }).ConfigureAwait(false) == run.ToString())
                    return "drift may be compared with it";
            }
        }
        if (await tx.NumberAsync("SELECT 1 FROM jobs WHERE job_json LIKE '%\"baseline\":\"' || @run || '\"%' LIMIT 1", new { run = run.ToString() })
            .ConfigureAwait(false) is not null)
            return "a job names it as the run that drift is compared with";
        return await tx.NumberAsync("""
            SELECT 1 FROM snapshots s JOIN kept_parts k ON k.run_id = s.run_id AND k.part = 'Snapshots' WHERE s.run_id = @run LIMIT 1
            """, new { run = run.ToString() }).ConfigureAwait(false) is null ? null : "its snapshot is kept, and a night after a roll-back is compared with it";
    }

    // Of the blobs of a part those that no other row names.
    private static async Task<IReadOnlyList<Artifact>> OwnedAsync(StateTransaction tx, string run, RetentionKind part)
    {
        var all = await RunBlobs.NamedAsync(tx, run).ConfigureAwait(false);
        var going = all.Where(a => part == RetentionKind.Runs || a.Part == part).Select(a => a.Artifact).DistinctBy(a => a.BlobName).ToList();
        if (going.Count == 0)
            return going;
        var kept = all.Where(a => part != RetentionKind.Runs && a.Part != part).Select(a => a.Artifact.BlobName).ToHashSet(StringComparer.Ordinal);
        var namers = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var owner in going.Select(a => RunParts.OwnerOf(a.BlobName)).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            await tx.LockNameAsync($"blobs of {owner}").ConfigureAwait(false);
            namers.UnionWith(await RunBlobs.NamersAsync(tx, owner).ConfigureAwait(false));
        }
        namers.Remove(run);
        foreach (var namer in namers)
            kept.UnionWith((await RunBlobs.NamedAsync(tx, namer).ConfigureAwait(false)).Select(a => a.Artifact.BlobName));
        return [.. going.Where(a => !kept.Contains(a.BlobName))];
    }

    private static async Task MarkAsync(StateTransaction tx, string run, RetentionKind part)
    {
        foreach (var gone in part == RetentionKind.Runs ? RunParts.All.Except([RetentionKind.Profiles]) : [part])
        {
            await tx.ExecuteAsync("""
                INSERT INTO retired_parts (run_id, part, retired_at) VALUES (@run, @part, @now) ON CONFLICT (run_id, part) DO NOTHING
                """, new { run, part = gone.ToString(), now = tx.NowMicroseconds }).ConfigureAwait(false);
            await tx.ExecuteAsync("DELETE FROM kept_parts WHERE run_id = @run AND part = @part", new { run, part = gone.ToString() }).ConfigureAwait(false);
        }
    }

    private static async Task RemoveRowsAsync(StateTransaction tx, string run, RetentionKind part)
    {
        switch (part)
        {
            case RetentionKind.Snapshots:
                await tx.ExecuteAsync("DELETE FROM segments WHERE run_id = @run", new { run }).ConfigureAwait(false);
                break;
            case RetentionKind.Profiles:
                await tx.ExecuteAsync("DELETE FROM profiles WHERE run_id = @run", new { run }).ConfigureAwait(false);
                await tx.ExecuteAsync("DELETE FROM drift_reports WHERE run_id = @run", new { run }).ConfigureAwait(false);
                break;
            case RetentionKind.Runs:
                await tx.ExecuteAsync("INSERT INTO retired_runs (run_id, retired_at) VALUES (@run, @now) ON CONFLICT (run_id) DO NOTHING",
                    new { run, now = tx.NowMicroseconds }).ConfigureAwait(false);
                foreach (var table in (string[])["segments", "checkpoints", "receipts", "leases", "shards", "seal_units", "leaders", "run_plans", "run_bases",
                    "unswept_runs"])
                    await tx.ExecuteAsync($"DELETE FROM {table} WHERE run_id = @run", new { run }).ConfigureAwait(false);
                await tx.ExecuteAsync("DELETE FROM carried_from WHERE run_id = @run", new { run }).ConfigureAwait(false);
                break;
        }
    }

    private sealed class Row
    {
        public string RunId { get; init; } = "";
        public long EndedAt { get; init; }
    }

    private sealed class Facts
    {
        public string ServingName { get; init; } = "";
        public string State { get; init; } = "";
        public long? EndedAt { get; init; }
    }

    private sealed class Step
    {
        public string RunId { get; init; } = "";
        public long? PreviousNumber { get; init; }
    }
}
