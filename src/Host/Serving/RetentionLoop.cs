using BatchEngine.Domain;
using BatchEngine.Host.Composition;
using BatchEngine.Host.Health;

namespace BatchEngine.Host.Serving;

/// <summary>Lets go once a day what has outlived its use, where the configuration says so.</summary>
internal sealed class RetentionLoop(Engine engine, LoopWatch watch, InvariantStop invariants, ILogger<RetentionLoop> log)
    : ServeLoop("retention", watch, invariants)
{
    // Not while everything starts, and not all at once after a restart.
    private static readonly TimeSpan s_first = TimeSpan.FromMinutes(15), s_between = TimeSpan.FromDays(1);

    /// <inheritdoc/>
    protected override async Task LoopAsync(CancellationToken stop)
    {
        for (var wait = s_first; ; wait = s_between)
        {
            await Task.Delay(wait, engine.Clock, stop).ConfigureAwait(false);
            try
            {
                var lines = await (await Retiring.PassAsync(engine, stop).ConfigureAwait(false)).ApplyAsync(stop).ConfigureAwait(false);
                ServeEvents.Retired(log, lines.Sum(l => l.Count), lines.Sum(l => l.Blobs), lines.Sum(l => l.Bytes));
            }
            catch (BatchEngineException problem) when (problem is not InvariantBrokenException)
            {
                ServeEvents.NotRetired(log, problem.Message);
            }
        }
    }
}
