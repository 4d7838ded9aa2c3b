using BatchEngine.Domain;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Transactions;
using BatchEngine.Storage.Database.Values;

namespace BatchEngine.Storage.Database.Runs;

/// <summary>Runs with their plans and states. Thread-safe; every method may be repeated.</summary>
/// <remarks>Isolation: serializable; of two that create a run the second finds the first, and a move names the state that it goes from.</remarks>
/// <param name="database">The database.</param>
public sealed class RunStore(StateDatabase database)
{
    private const string Columns = "run_id, state, model_name, model_number, model_digest, planned_at, started_at, ended_at, manifest_rows, note";

    /// <summary>Records a run, its plan and its shards in one transaction; a run of the same job and instant is found instead.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <param name="terms">What holds for everybody who works on it; null means that only the format is told.</param>
    /// <exception cref="InvariantBrokenException">The shards' rows do not add up to the manifest's, or are not numbered from 0.</exception>
    public Task<RunCreation> CreateAsync(RunPlan plan, CancellationToken ct, RunTerms? terms = null)
    {
        var shardRows = plan.Shards.Sum(s => s.Rows);
        if (shardRows != plan.Manifest.Rows || plan.Shards.Where((shard, index) => shard.Index != index).Any())
            throw new InvariantBrokenException("a plan's shards are numbered from 0 and cover the manifest",
                $"run {plan.Run}: {plan.Shards.Count} shards with {shardRows} rows, manifest {plan.Manifest.Rows} rows");
        return database.WriteAsync<RunCreation>(async tx =>
        {
            if (await FindAsync(tx, plan.Run).ConfigureAwait(false) is { } existing)
                return new RunCreation.Existing(existing);
            await InsertRunAsync(tx, plan, terms ?? new RunTerms(RunTerms.CurrentFormat, "", null)).ConfigureAwait(false);
            foreach (var shard in plan.Shards)
            {
                await tx.ExecuteAsync("INSERT INTO shards (run_id, shard_index, shard_rows, shard_json) VALUES (@run, @Index, @Rows, @json)",
                    new { run = plan.Run.ToString(), shard.Index, shard.Rows, json = StoredJson.Write(shard) }).ConfigureAwait(false);
            }
            if (plan.Reuse.Base is { } from)
                await tx.ExecuteAsync("INSERT INTO run_bases (run_id, base_run) VALUES (@run, @from)",
                    new { run = plan.Run.ToString(), from = from.ToString() }).ConfigureAwait(false);
            return new RunCreation.Created(new RunRecord(plan.Run, RunState.Planned, plan.Model, tx.Now, null, null, plan.Manifest.Rows, ""));
        }, ct);
    }

    /// <summary>The run; null means there is none.</summary>
    public Task<RunRecord?> FindAsync(RunId run, CancellationToken ct) => database.ReadAsync(tx => FindAsync(tx, run), ct);

    /// <summary>The run's plan; null means there is no such run.</summary>
    public Task<RunPlan?> PlanAsync(RunId run, CancellationToken ct) => database.ReadAsync(async tx =>
        await tx.FindAsync<string>("SELECT plan_json FROM run_plans WHERE run_id = @run", new { run = run.ToString() }).ConfigureAwait(false) is { } json
            ? StoredJson.Read<RunPlan>(json, $"run_plans, run {run}")
            : null, ct);

    /// <summary>What holds for everybody who works on the run; null means there is no such run.</summary>
    public Task<RunTerms?> TermsAsync(RunId run, CancellationToken ct) => database.ReadAsync(async tx =>
        (await tx.FindAsync<TermsRow>("SELECT work_format, priced_by, lease_life FROM runs WHERE run_id = @run", new { run = run.ToString() })
            .ConfigureAwait(false))?.ToTerms(), ct);

    /// <summary>A coordinator that goes on with a run says what holds from now on. The format stays that of the plan.</summary>
    /// <exception cref="LeadLostException">Another process leads the run.</exception>
    public Task SettleAsync(Lead lead, string pricedBy, TimeSpan leaseLife, CancellationToken ct) => database.WriteAsync(async tx =>
    {
        await LeadFence.RequireAsync(tx, lead).ConfigureAwait(false);
        return await tx.ExecuteAsync("UPDATE runs SET priced_by = @pricedBy, lease_life = @life WHERE run_id = @run",
            new { run = lead.Run.ToString(), pricedBy, life = EpochMicroseconds.Of(leaseLife) }).ConfigureAwait(false);
    }, ct);

    /// <summary>A coordinator says what is wrong with a run that it has scored.</summary>
    /// <param name="lead">The coordinator's lead.</param>
    /// <param name="unworkedSince">Since when nobody works on it; null means that somebody does.</param>
    /// <param name="lateEnd">When it is going to end, while that is after its deadline; null means that it is not.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <exception cref="LeadLostException">Another process leads the run.</exception>
    public Task WarnAsync(Lead lead, DateTimeOffset? unworkedSince, DateTimeOffset? lateEnd, CancellationToken ct) => database.WriteAsync(async tx =>
    {
        await LeadFence.RequireAsync(tx, lead).ConfigureAwait(false);
        return await tx.ExecuteAsync("UPDATE runs SET unworked_since = @unworked, late_end = @late WHERE run_id = @run",
            new { run = lead.Run.ToString(), unworked = EpochMicroseconds.Of(unworkedSince), late = EpochMicroseconds.Of(lateEnd) }).ConfigureAwait(false);
    }, ct);

    /// <summary>Runs that are scored or sealed and with which something is wrong, by run.</summary>
    public Task<IReadOnlyList<RunTrouble>> TroublesAsync(CancellationToken ct) => database.ReadAsync(async tx =>
    {
        var rows = await tx.QueryAsync<TroubleRow>("""
            SELECT run_id, unworked_since, late_end FROM runs
            WHERE state IN (@scoring, @sealing) AND (unworked_since IS NOT NULL OR late_end IS NOT NULL) ORDER BY run_id
            """, new { scoring = nameof(RunState.Scoring), sealing = nameof(RunState.Sealing) }).ConfigureAwait(false);
        return (IReadOnlyList<RunTrouble>)[.. rows.Select(r =>
            new RunTrouble(RunId.Parse(r.RunId), EpochMicroseconds.ToInstant(r.UnworkedSince), EpochMicroseconds.ToInstant(r.LateEnd)))];
    }, ct);

    /// <summary>Runs that are scored and have a shard that nobody holds, or are sealed and have such a seal unit, the oldest scheduled instant first.</summary>
    /// <param name="limit">The most runs to give.</param>
    /// <param name="ct">Stops waiting.</param>
    public Task<IReadOnlyList<RunId>> WithFreeWorkAsync(int limit, CancellationToken ct) => database.ReadAsync(async tx =>
    {
        var runs = await tx.QueryAsync<string>("""
            SELECT r.run_id FROM runs r
            WHERE (r.state = @scoring AND EXISTS (
                SELECT 1 FROM shards s
                WHERE s.run_id = r.run_id
                    AND NOT EXISTS (SELECT 1 FROM receipts d WHERE d.run_id = s.run_id AND d.shard_index = s.shard_index)
                    AND NOT EXISTS (SELECT 1 FROM leases l WHERE l.run_id = s.run_id AND l.shard_index = s.shard_index AND l.worker IS NOT NULL
                        AND l.expires_at > @now)))
                OR (r.state = @sealing AND EXISTS (
                SELECT 1 FROM seal_units u
                WHERE u.run_id = r.run_id AND (u.worker IS NULL OR u.expires_at <= @now)
                    AND u.to_partition - u.from_partition > (SELECT COUNT(*) FROM segments d
                        WHERE d.run_id = u.run_id AND d.partition_index >= u.from_partition AND d.partition_index < u.to_partition))
                AND NOT EXISTS (SELECT 1 FROM seal_units f WHERE f.run_id = r.run_id AND f.stop_reason IS NOT NULL))
            ORDER BY r.scheduled_at, r.run_id LIMIT @limit
            """, new { scoring = nameof(RunState.Scoring), sealing = nameof(RunState.Sealing), now = tx.NowMicroseconds, limit }).ConfigureAwait(false);
        return (IReadOnlyList<RunId>)[.. runs.Select(RunId.Parse)];
    }, ct);

    /// <summary>Runs, newest scheduled instant first.</summary>
    /// <param name="job">Only this job's; null means all.</param>
    /// <param name="limit">The most runs to give.</param>
    /// <param name="ct">Stops waiting.</param>
    public Task<IReadOnlyList<RunRecord>> ListAsync(string? job, int limit, CancellationToken ct) => database.ReadAsync(async tx =>
    {
        var only = job is null ? "" : "WHERE job = @job";
        var rows = await tx.QueryAsync<Row>($"SELECT {Columns} FROM runs {only} ORDER BY scheduled_at DESC, run_id LIMIT @limit", new { job, limit })
            .ConfigureAwait(false);
        return (IReadOnlyList<RunRecord>)[.. rows.Select(r => r.ToRecord())];
    }, ct);

    /// <summary>The coordinator moves its run on when it is where it believes it to be, and records why in the same transaction. Keeps the first start; a
    /// final state sets the end, leaving it clears the end.</summary>
    /// <param name="lead">The coordinator's lead.</param>
    /// <param name="from">Where the run must be now.</param>
    /// <param name="to">Where it goes.</param>
    /// <param name="note">Why; replaces the earlier note.</param>
    /// <param name="why">Recorded when the run is moved; null means that there is nothing to explain.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <returns>Whether it was there and was moved.</returns>
    /// <exception cref="LeadLostException">Another process leads the run.</exception>
    public Task<bool> MoveAsync(Lead lead, RunState from, RunState to, string note, Decision? why, CancellationToken ct) => database.WriteAsync(async tx =>
    {
        await LeadFence.RequireAsync(tx, lead).ConfigureAwait(false);
        return await RunMove.ApplyAsync(tx, lead.Run, from, to, note, why).ConfigureAwait(false);
    }, ct);

    /// <summary>A person cancels a run, whoever leads it, when it is where the caller believes it to be; records who and why in the same transaction.</summary>
    /// <returns>Whether it was there and is cancelled.</returns>
    public Task<bool> CancelAsync(RunId run, RunState from, string note, Decision why, CancellationToken ct) =>
        database.WriteAsync(tx => RunMove.ApplyAsync(tx, run, from, RunState.Cancelled, note, why), ct);

    /// <summary>The job's published run with the latest scheduled instant; null means none was published.</summary>
    public Task<RunId?> LatestPublishedAsync(string job, CancellationToken ct) => PublishedAsync(job, "DESC", ct);

    /// <summary>The job's newest run that was due at an instant or before and that a gate or a person let pass: published, or completed behind a newer one.
    /// Null
    /// means that there is none.</summary>
    public Task<RunId?> LatestPassedAsync(string job, DateTimeOffset dueUntil, CancellationToken ct) => database.ReadAsync<RunId?>(async tx =>
    {
        RunId? latest = null;
        foreach (var state in (RunState[])[RunState.Published, RunState.Completed])
        {
            var found = await tx.FindAsync<string>("""
                SELECT run_id FROM runs WHERE job = @job AND state = @state AND scheduled_at <= @due ORDER BY scheduled_at DESC LIMIT 1
                """, new { job, state = state.ToString(), due = EpochMicroseconds.Of(dueUntil) }).ConfigureAwait(false);
            if (found is not null && RunId.Parse(found) is var run && (latest is null || run.ScheduledAt > latest.Value.ScheduledAt))
                latest = run;
        }
        return latest;
    }, ct);

    /// <summary>The job's published run with the earliest scheduled instant; null means none was published.</summary>
    public Task<RunId?> FirstPublishedAsync(string job, CancellationToken ct) => PublishedAsync(job, "ASC", ct);

    /// <summary>When the parts of a run were retired that were; see <see cref="RetentionKind"/>.</summary>
    public Task<IReadOnlyDictionary<RetentionKind, DateTimeOffset>> RetiredPartsAsync(RunId run, CancellationToken ct) =>
        database.ReadAsync(tx => RunParts.RetiredPartsAsync(tx, run), ct);

    /// <summary>The failure for a run that no row names.</summary>
    internal static BadInputException Unknown(RunId run) => new("run", run.ToString(), "a run that was planned", "List the runs with: batchengine runs list.");

    private Task<RunId?> PublishedAsync(string job, string order, CancellationToken ct) => database.ReadAsync<RunId?>(async tx =>
        await tx.FindAsync<string>($"SELECT run_id FROM runs WHERE job = @job AND state = @state ORDER BY scheduled_at {order} LIMIT 1",
            new { job, state = nameof(RunState.Published) }).ConfigureAwait(false) is { } found ? RunId.Parse(found) : null, ct);

    private static async Task<RunRecord?> FindAsync(StateTransaction tx, RunId run) =>
        (await tx.FindAsync<Row>($"SELECT {Columns} FROM runs WHERE run_id = @run", new { run = run.ToString() }).ConfigureAwait(false))?.ToRecord();

    private static async Task InsertRunAsync(StateTransaction tx, RunPlan plan, RunTerms terms)
    {
        await tx.ExecuteAsync("""
            INSERT INTO runs (run_id, job, serving_name, scheduled_at, state, model_name, model_number, model_digest, planned_at, manifest_rows,
                shard_count, partition_count, note, work_format, priced_by, lease_life)
            VALUES (@run, @job, @serving, @scheduled, @state, @modelName, @modelNumber, @modelDigest, @planned, @rows, @shards, @partitions, '', @format,
                @pricedBy, @leaseLife)
            """, new
        {
            run = plan.Run.ToString(),
            job = plan.Run.Job,
            serving = plan.Job.Serving.Name,
            scheduled = EpochMicroseconds.Of(plan.Run.ScheduledAt),
            state = nameof(RunState.Planned),
            modelName = plan.Model.Name,
            modelNumber = plan.Model.Number,
            modelDigest = plan.Model.Digest.Hex,
            planned = tx.NowMicroseconds,
            rows = plan.Manifest.Rows,
            shards = plan.Shards.Count,
            partitions = plan.PartitionCount,
            format = terms.Format,
            pricedBy = terms.PricedBy,
            leaseLife = LifeOf(terms),
        }).ConfigureAwait(false);
        await tx.ExecuteAsync("INSERT INTO run_plans (run_id, plan_json) VALUES (@run, @json)",
            new { run = plan.Run.ToString(), json = StoredJson.Write(plan) }).ConfigureAwait(false);
    }

    private static long? LifeOf(RunTerms terms) => terms.LeaseLife is { } life ? EpochMicroseconds.Of(life) : null;

    private sealed class TroubleRow
    {
        public string RunId { get; init; } = "";
        public long? UnworkedSince { get; init; }
        public long? LateEnd { get; init; }
    }

    private sealed class TermsRow
    {
        public long WorkFormat { get; init; }
        public string PricedBy { get; init; } = "";
        public long? LeaseLife { get; init; }

        public RunTerms ToTerms() => new((int)WorkFormat, PricedBy, LeaseLife is { } life ? TimeSpan.FromMicroseconds(life) : null);
    }

    private sealed class Row
    {
        public string RunId { get; init; } = "";
        public string State { get; init; } = "";
        public string ModelName { get; init; } = "";
        public long ModelNumber { get; init; }
        public string ModelDigest { get; init; } = "";
        public long PlannedAt { get; init; }
        public long? StartedAt { get; init; }
        public long? EndedAt { get; init; }
        public long ManifestRows { get; init; }
        public string Note { get; init; } = "";

        public RunRecord ToRecord() => new(
            Domain.RunId.Parse(RunId), Enum.Parse<RunState>(State), new ModelVersion(ModelName, (int)ModelNumber, Digest.Parse(ModelDigest)),
            EpochMicroseconds.ToInstant(PlannedAt), EpochMicroseconds.ToInstant(StartedAt), EpochMicroseconds.ToInstant(EndedAt), ManifestRows, Note);
    }
}
