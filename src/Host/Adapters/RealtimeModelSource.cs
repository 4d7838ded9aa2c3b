using BatchEngine.Domain;
using BatchEngine.Router.Realtime;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Realtime;
using BatchEngine.Storage.Database.Runs;

namespace BatchEngine.Host.Adapters;

/// <summary>Opens the model of a run's plan for the router. Thread-safe.</summary>
internal sealed class RealtimeModelSource(RunStore runs, ModelLocator locator) : IRealtimeModelSource
{
    /// <inheritdoc/>
    public async Task<IRealtimeModel> LoadAsync(RunId run)
    {
        var plan = await runs.PlanAsync(run, CancellationToken.None).ConfigureAwait(false)
            ?? throw new InvariantBrokenException("a published run has a plan", run.ToString());
        var path = await locator.PathOfAsync(plan.Model, plan.ModelArtifact, CancellationToken.None).ConfigureAwait(false);
        return new Opened(new RealtimeScoring(path, plan.Features, plan.Manifest.Columns, ExecutorOptions.Default with { Outputs = plan.Job.Outputs }));
    }

    private sealed class Opened(RealtimeScoring scoring) : IRealtimeModel
    {
        public IReadOnlyList<OutputColumn> Outputs => scoring.Outputs;

        public Prediction Score(IReadOnlyDictionary<string, object?> features) => scoring.Score(features);

        public void Dispose() => scoring.Dispose();
    }
}
