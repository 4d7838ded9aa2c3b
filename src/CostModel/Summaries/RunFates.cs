using BatchEngine.Domain;
using BatchEngine.Storage.Database.Ledger;

namespace BatchEngine.CostModel.Summaries;

/// <summary>The fate of each run. Pure.</summary>
/// <param name="endings">How far the runs came; a run that is not among them counts as published.</param>
public sealed class RunFates(IReadOnlyDictionary<RunId, RunEnding> endings)
{
    /// <summary>Nothing is known of any run, so all count as published.</summary>
    public static RunFates Unknown { get; } = new(new Dictionary<RunId, RunEnding>());

    /// <summary>The fate of a run.</summary>
    public RunFate Of(RunId run) => !endings.TryGetValue(run, out var ending) || ending.WasPublished ? RunFate.Published : ending.State switch
    {
        RunState.Planned or RunState.Scoring or RunState.Sealing or RunState.Judging => RunFate.Open,
        RunState.Held or RunState.Failed or RunState.Cancelled => RunFate.Wasted,
        _ => RunFate.Published,
    };
}
