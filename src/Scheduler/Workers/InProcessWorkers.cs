using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Scheduler.Events;
using BatchEngine.Scheduler.Leasing;

namespace BatchEngine.Scheduler.Workers;

/// <summary>Workers as tasks of this process: one <see cref="WorkerLoop"/> each. Safe for several runs at once.</summary>
/// <param name="services">What each worker needs.</param>
/// <param name="policy">How leases are held.</param>
/// <param name="process">A name that no other process has at this time, for the workers' names.</param>
public sealed class InProcessWorkers(WorkerServices services, LeasePolicy policy, string process) : IWorkerFleet
{
    /// <summary>What the workers say of themselves, each under its own name; null (the default) means nothing.</summary>
    public WorkerCard? Card { get; init; }

    /// <summary>What this process runs on, for the usage. Default: this machine.</summary>
    public Offering Offering { get; init; } = Offering.Local;

    /// <inheritdoc/>
    /// <remarks>A worker that fails is recorded and the others finish its work. A failure that is none of ours (a defect) stops all of them and is
    /// thrown.</remarks>
    public async Task RunAsync(RunPlan plan, ProgressBoard board, CancellationToken drain, CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var loop = new WorkerLoop(services, policy) { BilledShare = Offering.ShareOf(plan.Chosen.Workers) };
        var names = Enumerable.Range(0, plan.Chosen.Workers).Select(index => string.Create(CultureInfo.InvariantCulture, $"{process}-w{index}")).ToList();
        if (Card is { } card)
            await services.Stores.Workers.ArriveAsync([.. names.Select(n => card with { Name = n })], WorkerState.Working, plan.Run, policy.Ttl, ct)
                .ConfigureAwait(false);
        await Task.WhenAll([.. names.Select(name => Task.Run(() => WorkAsync(name), CancellationToken.None))]).ConfigureAwait(false);
        if (Card is not null)
            await services.Stores.Workers.TurnAsync(names, WorkerState.Ended, null, null, CancellationToken.None).ConfigureAwait(false);

        async Task WorkAsync(string name)
        {
            try
            {
                await loop.RunAsync(plan, name, Offering, board, drain, stop.Token).ConfigureAwait(false);
            }
            catch (BatchEngineException failure) when (failure is not InvariantBrokenException)
            {
                await services.Stores.Decisions.AppendAsync(
                    new Decision(plan.Run, services.Clock.GetUtcNow(), DecisionSubject.WorkerLost, $"{name} ended, its shards go to the others",
                        failure.Message),
                    CancellationToken.None).ConfigureAwait(false);
                services.Log.Write(new RunEvent(RunEventKind.WorkerDied, plan.Run, name, failure.Message));
            }
            catch
            {
                await stop.CancelAsync().ConfigureAwait(false);
                throw;
            }
        }
    }
}
