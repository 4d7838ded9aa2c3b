using BatchEngine.Scheduler.Leasing;
using BatchEngine.Scheduler.Retention;
using BatchEngine.Storage.Database.Runs;

namespace BatchEngine.Host.Composition;

/// <summary>Makes the pass over what has outlived its use: by the engine's configuration, and by what each job said when it was last given.</summary>
internal static class Retiring
{
    /// <summary>A pass with the rules of now.</summary>
    public static async Task<RetentionPass> PassAsync(Engine engine, CancellationToken ct)
    {
        var rules = engine.Configuration.Retention;
        var jobs = (await new JobStore(engine.Database).ListAsync(ct).ConfigureAwait(false)).Where(j => j.Retention is not null)
            .ToDictionary(j => j.Name, j => j.Retention!.Over(rules), StringComparer.Ordinal);
        return new RetentionPass(engine.Database, RunStores.Over(engine.Database, engine.Blobs), rules, job =>
            jobs.GetValueOrDefault(job, rules), engine.Clock);
    }
}
