using BatchEngine.CostModel.Prices;
using BatchEngine.Domain;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Ledger;
using BatchEngine.Storage.Database.Runs;

namespace BatchEngine.CostModel.Summaries;

/// <summary>Reads ledger, look-up counts and jobs, and sums them. Thread-safe; writes nothing.</summary>
/// <param name="database">The database.</param>
public sealed class CostSummaryBuilder(StateDatabase database)
{
    private readonly LedgerStore _ledger = new(database);
    private readonly AnswerStore _answers = new(database);
    private readonly JobStore _jobs = new(database);
    private readonly RunEndings _endings = new(database);

    /// <summary>Sums what matches.</summary>
    /// <param name="grouping">What a line stands for.</param>
    /// <param name="job">Only this job, with its endpoint and look-ups when it alone fills its serving name; null means all.</param>
    /// <param name="filter">Which entries. Look-ups are counted for its period, and only when it names no run or model, since look-ups are counted by serving
    /// name.</param>
    /// <param name="assumption">What a real-time answer is assumed to cost while none was measured; null means nothing is assumed.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <exception cref="StorageFailedException">The database cannot be read.</exception>
    public async Task<CostSummary> BuildAsync(CostGrouping grouping, string? job, LedgerFilter filter, RealtimeAssumption? assumption, CancellationToken ct)
    {
        var entries = await _ledger.ListAsync(filter, ct).ConfigureAwait(false);
        var servingNames = (await _jobs.ListAsync(ct).ConfigureAwait(false)).ToDictionary(j => j.Name, j => j.Serving.Name);
        var lookups = await LookupsAsync(filter, ct).ConfigureAwait(false);
        if (job is not null)
        {
            var owners = new CostOwners(servingNames, CostGrouping.Job);
            entries = [.. entries.Where(e => owners.Of(e) == job)];
            lookups = lookups is null ? null : [.. lookups.Where(l => owners.OfLookups(l.ServingName) == job)];
        }

        return CostSummary.Of(entries, lookups, servingNames, grouping, await BaselineAsync(assumption, filter.To, ct).ConfigureAwait(false),
            await FatesAsync(entries.Select(e => e.Run).OfType<RunId>(), ct).ConfigureAwait(false));
    }

    /// <summary>What a real-time prediction costs, measured over the newest entries of real-time work, else assumed.</summary>
    /// <param name="assumption">What is assumed while none was measured; null means nothing.</param>
    /// <param name="before">Only usage before this instant is looked at; null means all.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <exception cref="StorageFailedException">The database cannot be read.</exception>
    public async Task<RealtimeBaseline> BaselineAsync(RealtimeAssumption? assumption, DateTimeOffset? before, CancellationToken ct)
    {
        var newest = await _ledger.NewestAsync(CostKind.Realtime, before, RealtimeBaseline.MaxEntries, ct).ConfigureAwait(false);
        return RealtimeBaseline.From(newest, assumption);
    }

    /// <summary>What became of some runs.</summary>
    /// <exception cref="StorageFailedException">The database cannot be read.</exception>
    public async Task<RunFates> FatesAsync(IEnumerable<RunId> runs, CancellationToken ct) => new(await _endings.OfAsync(runs, ct).ConfigureAwait(false));

    private async Task<IReadOnlyList<ServedCount>?> LookupsAsync(LedgerFilter filter, CancellationToken ct)
    {
        if (filter.RunId is not null || filter.Model is not null)
            return null;
        var answers = await _answers.ListAsync(filter.From ?? DateTimeOffset.UnixEpoch, filter.To ?? DateTimeOffset.UnixEpoch.AddYears(1_000), ct)
            .ConfigureAwait(false);
        return [.. answers.GroupBy(a => (a.ServingName, a.Source, a.IsDiagnostic))
            .Select(g => new ServedCount(g.Key.ServingName, g.Key.Source, g.Sum(a => a.Count), g.Key.IsDiagnostic))];
    }
}
